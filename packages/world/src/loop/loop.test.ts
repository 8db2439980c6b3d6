import assert from 'node:assert/strict';
import { test } from 'node:test';
import { worldLoop } from './loop.ts';

const isCode = (code: string) => (error: unknown) => (error as { code?: string }).code === code;

test('a day passes as fast as what is due in it, and each deed finds what those before it caused', async () => {
  const loop = worldLoop({ startMs: 0 });
  const told: string[] = [];
  await loop.live(async () => {
    loop.after(86_400_000, () => told.push('tomorrow'));
    loop.after(1_000, () => void Promise.resolve().then(() => told.push('caused')));
    loop.after(1_000, () => told.push('next'));
    const off = loop.after(2_000, () => told.push('taken back'));
    off();
    await loop.clock.wait(90_000_000);
    told.push('end');
  });
  assert.deepEqual(told, ['caused', 'next', 'tomorrow', 'end']);
  assert.equal(loop.nowMs(), 90_000_000);
});

test('time stands while work outside is open, and what ends first is told after what began first', async () => {
  const loop = worldLoop({ startMs: 0 });
  const told: [string, number][] = [];
  const slow = Promise.withResolvers<void>();
  await loop.live(async () => {
    loop.after(5, () => told.push(['due', loop.nowMs()]));
    const first = loop.outside(slow.promise).then(() => told.push(['slow', loop.nowMs()]));
    const second = loop.outside(Promise.resolve()).then(() => told.push(['quick', loop.nowMs()]));
    setImmediate(() => setImmediate(() => setImmediate(slow.resolve)));
    await Promise.all([first, second]);
    await loop.clock.wait(10);
  });
  assert.deepEqual(told, [
    ['slow', 0],
    ['quick', 0],
    ['due', 5],
  ]);
});

test('a wait that is broken off ends at once, and is never due', async () => {
  const loop = worldLoop({ startMs: 0 });
  await loop.live(async () => {
    const end = new AbortController();
    const wait = loop.clock.wait(60_000, end.signal);
    end.abort();
    await wait;
    await loop.clock.wait(1);
  });
  assert.equal(loop.nowMs(), 1);
});

test('a story that waits for what never comes, and one in which time does not pass, are ended with a reason', async () => {
  await assert.rejects(
    worldLoop().live(() => new Promise(() => undefined)),
    isCode('K_WORLD_STILL'),
  );
  const circles = worldLoop({ deedsPerInstantMax: 100 });
  const again = (): void => void circles.after(0, again);
  await assert.rejects(
    circles.live(async () => {
      again();
      await circles.clock.wait(1);
    }),
    isCode('K_WORLD_CIRCLES'),
  );
});

test('what a body throws is thrown', async () => {
  await assert.rejects(
    worldLoop().live(async () => {
      throw new Error('so it is');
    }),
    /so it is/,
  );
});
