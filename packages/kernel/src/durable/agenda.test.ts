import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Database } from '@koinon/store';
import { sqliteFile } from '@koinon/store/disk';
import fc from 'fast-check';
import type { Clock } from '../ports/clock.ts';
import { type Again, Agenda, type AgendaPorts, type BlockTime } from './agenda.ts';
import type { Matters, MattersOptions } from './matters.ts';

/** A clock that stands until it is moved. */
function handClock(): Clock & { move(ms: number): Promise<void>; waiting(): number } {
  let nowMs = 1_000;
  const waiters = new Set<{ atMs: number; done(): void }>();
  return {
    nowMs: () => nowMs,
    wait: (ms, signal) =>
      new Promise(resolve => {
        if (signal?.aborted) return resolve();
        const waiter = { atMs: nowMs + ms, done };
        function done(): void {
          waiters.delete(waiter);
          resolve();
        }
        waiters.add(waiter);
        signal?.addEventListener('abort', waiter.done, { once: true });
      }),
    move: async ms => {
      nowMs += ms;
      for (const { atMs, done } of [...waiters]) if (atMs <= nowMs) done();
      await settle();
    },
    waiting: () => waiters.size,
  };
}

const settle = () => new Promise(resolve => setImmediate(resolve));

interface Bench {
  clock: ReturnType<typeof handClock>;
  block(block: BlockTime): Promise<void>;
  blockWatchers(): number;
  /** Whether every block is wanted. */
  isEager(): boolean;
  /** Ends the present life, if there is one, and begins another on the same disk. */
  live(): Promise<Agenda>;
}

async function onBench(body: (bench: Bench) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'koinon-agenda-'));
  const clock = handClock();
  const watchers = new Map<(block: BlockTime) => void, boolean>();
  let life: { agenda: Agenda; database: Database } | undefined;
  const end = async () => {
    await life?.agenda.stop();
    life?.database.close();
  };
  try {
    await body({
      clock,
      block: async block => {
        for (const watcher of watchers.keys()) watcher(block);
        await settle();
      },
      blockWatchers: () => watchers.size,
      isEager: () => [...watchers.values()].some(everyBlock => everyBlock),
      live: async () => {
        await end();
        const database = new Database(sqliteFile(join(folder, 'agenda.sqlite')));
        const watchBlocks: AgendaPorts['watchBlocks'] = (handler, { everyBlock }) => {
          watchers.set(handler, everyBlock);
          return () => watchers.delete(handler);
        };
        life = { database, agenda: new Agenda({ database, clock, watchBlocks }) };
        return life.agenda;
      },
    });
  } finally {
    await end();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A list that notes what it looks at, and answers what it is told to. */
function noting(
  agenda: Agenda,
  answer: (key: string) => Again | Promise<Again>,
  options: Partial<MattersOptions<string>> = {},
) {
  const looked: string[] = [];
  const failed: string[] = [];
  const list: Matters<string> = agenda.matters('things', {
    slots: 2,
    work: async key => {
      looked.push(key);
      return answer(key);
    },
    failed: (key, _, isLast) => failed.push(isLast ? `${key} given up` : key),
    ...options,
  });
  return { list, looked, failed };
}

test('nothing is worked on before the agenda is taken up, then all in the order in which it was put', () =>
  onBench(async ({ live }) => {
    const agenda = await live();
    const { list, looked } = noting(agenda, () => undefined, { slots: 1 });
    for (const key of ['c', 'a', 'b', 'a']) list.add(key);
    await settle();
    assert.deepEqual(looked, []);
    agenda.takeUp();
    await list.idle();
    assert.deepEqual(looked, ['c', 'a', 'b']);
    assert.equal(list.has('a'), false);
  }));

test('what a node dies with is looked at in its next life, at its time', () =>
  onBench(async ({ live, clock, block }) => {
    const first = await live();
    first.takeUp();
    const again: Record<string, Again> = {
      later: { atMs: 5_000 },
      chain: { atSeconds: 77 },
      height: { atBlock: 9 },
    };
    const before = noting(first, key => again[key] ?? new Promise<Again>(() => undefined));
    for (const key of ['later', 'chain', 'height']) before.list.add(key);
    await settle();
    await settle();
    assert.deepEqual(before.looked, ['later', 'chain', 'height']);

    const second = await live();
    const after = noting(second, () => undefined);
    second.takeUp();
    await settle();
    assert.deepEqual(after.looked, []);
    await block({ number: 8, timestampSeconds: 77 });
    await block({ number: 9, timestampSeconds: 78 });
    await clock.move(4_000);
    assert.deepEqual(after.looked, ['chain', 'height', 'later']);
    const third = noting(await live(), () => undefined);
    assert.equal(third.list.busy, 0);
  }));

test('every block is wanted only while a matter waits for one that may come any moment', () =>
  onBench(async ({ live, clock, block, isEager, blockWatchers }) => {
    const agenda = await live();
    agenda.takeUp();
    const due: Record<string, Again> = { time: { atSeconds: 9 }, height: { atBlock: 100 } };
    const { list, looked } = noting(agenda, key => due[key]);
    for (const key of ['time', 'height', 'nothing']) list.add(key);
    await settle();
    // No block was heard of yet, so that one of height 99 may be the newest.
    assert.equal(isEager(), true);
    await block({ number: 7, timestampSeconds: 5 });
    assert.equal(isEager(), false);
    await clock.move(8_000);
    assert.equal(isEager(), true);
    delete due['time'];
    await block({ number: 8, timestampSeconds: 9 });
    await block({ number: 9, timestampSeconds: 10 });
    assert.equal(isEager(), false);
    await block({ number: 70, timestampSeconds: 11 });
    assert.equal(isEager(), true);
    assert.equal(blockWatchers(), 1);
    delete due['height'];
    await block({ number: 100, timestampSeconds: 12 });
    assert.equal(isEager(), false);
    assert.deepEqual(looked.slice(3), ['time', 'height']);
  }));

test('what is under way when a node dies is begun again', () =>
  onBench(async ({ live }) => {
    const agenda = await live();
    agenda.takeUp();
    const hanging = noting(agenda, () => undefined, {
      work: (_, signal) =>
        new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('ended')))),
    });
    hanging.list.add('x');
    await settle();
    const next = await live();
    const { looked, list } = noting(next, () => undefined);
    next.takeUp();
    await list.idle();
    assert.deepEqual(looked, ['x']);
    assert.deepEqual(hanging.failed, []);
  }));

test('what fails is tried again after pauses that double up to the longest, and a success begins anew', () =>
  onBench(async ({ live, clock }) => {
    const agenda = await live();
    agenda.takeUp();
    let isBroken = true;
    const retry = { firstPauseMs: 100, longestPauseMs: 300 };
    const { list, looked, failed } = noting(
      agenda,
      () => {
        if (isBroken) throw new Error('no');
        return undefined;
      },
      { retry },
    );
    list.add('x');
    await settle();
    const times = [];
    for (let ms = 0; ms <= 1_000; ms += 50) {
      times.push(looked.length);
      await clock.move(50);
    }
    // At 0, 100, 300, 600, 900 of what passed.
    assert.deepEqual([times[0], times[2], times[6], times[12], times[18]], [1, 2, 3, 4, 5]);
    assert.equal(failed.length, looked.length);
    isBroken = false;
    await clock.move(300);
    assert.equal(list.has('x'), false);
  }));

test('a matter that may fail so often is given up then, and taken on again when somebody asks', () =>
  onBench(async ({ live, clock }) => {
    const agenda = await live();
    agenda.takeUp();
    const { list, failed } = noting(
      agenda,
      () => {
        throw new Error('no');
      },
      { retry: { firstPauseMs: 10, longestPauseMs: 10, attempts: 2 } },
    );
    list.add('x');
    await settle();
    await clock.move(10);
    assert.deepEqual(failed, ['x', 'x given up']);
    assert.equal(list.has('x'), false);
    list.add('x');
    await settle();
    assert.deepEqual(failed.slice(2), ['x']);
  }));

test('stopping leaves no timer and no listener, however often', () =>
  onBench(async ({ live, clock, blockWatchers }) => {
    for (let life = 0; life < 100; life++) {
      const agenda = await live();
      agenda.takeUp();
      const { list } = noting(agenda, () => ({ atMs: 1e9 }));
      list.add('x');
      await settle();
      if (life % 2 === 0) await list.stop();
    }
    await (await live()).stop();
    assert.deepEqual([clock.waiting(), blockWatchers()], [0, 0]);
  }));

test('never two runs of one key at once, never more than the slots, and nothing asked for is lost', () =>
  fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.record({ key: fc.constantFrom('a', 'b', 'c', 'd'), ticks: fc.nat(3), fails: fc.boolean() }),
        {
          maxLength: 40,
        },
      ),
      fc.integer({ min: 1, max: 3 }),
      (asked, slots) =>
        onBench(async ({ live, clock }) => {
          const agenda = await live();
          agenda.takeUp();
          const running = new Set<string>();
          const lastAsked = new Map<string, number>();
          const lastBegun = new Map<string, number>();
          let turn = 0;
          const list = agenda.matters('things', {
            slots,
            retry: { firstPauseMs: 1, longestPauseMs: 1 },
            failed: () => undefined,
            work: async (key: string) => {
              assert.equal(running.has(key), false);
              running.add(key);
              assert.ok(running.size <= slots);
              lastBegun.set(key, turn++);
              const mine = asked.find(each => each.key === key)!;
              for (let tick = 0; tick < mine.ticks; tick++) await settle();
              running.delete(key);
              if (mine.fails && lastBegun.get(key)! % 2 === 0) throw new Error('no');
              return undefined;
            },
          });
          for (const { key, ticks } of asked) {
            lastAsked.set(key, turn++);
            list.add(key);
            for (let tick = 0; tick < ticks; tick++) await settle();
          }
          for (let i = 0; i < 200 && asked.some(({ key }) => list.has(key)); i++) await clock.move(1);
          for (const [key, at] of lastAsked) assert.ok(lastBegun.get(key)! > at && !list.has(key));
        }),
    ),
    { numRuns: 40 },
  ));
