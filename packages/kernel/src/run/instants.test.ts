import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Hex } from '@koinon/protocol';
import type { Clock } from '../ports/clock.ts';
import { Instants } from './instants.ts';

/** A clock that stands still until it is moved. */
function standingClock(): Clock & { moveTo(ms: number): Promise<void> } {
  let nowMs = 0;
  const waiters: { atMs: number; done(): void }[] = [];
  return {
    nowMs: () => nowMs,
    wait: ms => new Promise(done => waiters.push({ atMs: nowMs + ms, done })),
    moveTo: async ms => {
      nowMs = ms;
      for (const { done } of waiters.filter(({ atMs }) => atMs <= nowMs)) done();
      await new Promise(setImmediate);
    },
  };
}

const key = (digit: string): Hex => `0x${digit.repeat(64)}`;
const never = new AbortController().signal;

test('which of two jobs ended first is not seen in the order in which they appear', async () => {
  const orders: string[][] = [];
  for (const ends of [
    { a: 10, b: 200 },
    { a: 200, b: 10 },
    { a: 249, b: 249 },
  ]) {
    const clock = standingClock();
    const instants = new Instants(clock);
    const seen: string[] = [];
    for (let ms = 1; ms <= 250; ms++) {
      if (ms === ends.b) void instants.until(0, key('b'), never).then(() => seen.push('b'));
      if (ms === ends.a) void instants.until(0, key('a'), never).then(() => seen.push('a'));
      await clock.moveTo(ms);
      if (ms < 250) assert.deepEqual(seen, []);
    }
    orders.push(seen);
  }
  assert.deepEqual(orders, [
    ['a', 'b'],
    ['a', 'b'],
    ['a', 'b'],
  ]);
});

test('what was taken on earlier, and is due at the same time by a later instant, comes in the order of the keys too', async () => {
  const clock = standingClock();
  const instants = new Instants(clock);
  const seen: string[] = [];
  await clock.moveTo(300);
  void instants.until(0, key('c'), never).then(() => seen.push('c'));
  void instants.until(250, key('b'), never).then(() => seen.push('b'));
  await clock.moveTo(499);
  assert.deepEqual(seen, []);
  await clock.moveTo(500);
  assert.deepEqual(seen, ['b', 'c']);
});

test('what ends in the very millisecond of an instant waits for the next, behind whatever appears in this one', async () => {
  const clock = standingClock();
  const instants = new Instants(clock);
  let isSeen = false;
  await clock.moveTo(250);
  void instants.until(0, key('a'), never).then(() => {
    isSeen = true;
  });
  await clock.moveTo(499);
  assert.equal(isSeen, false);
  await clock.moveTo(500);
  assert.equal(isSeen, true);
});

test('past the last instant nothing is told any more', async () => {
  const clock = standingClock();
  await clock.moveTo(250 * 2 ** 21);
  await assert.rejects(new Instants(clock).until(0, key('a'), never), { code: 'K_UNTOLD' });
});
