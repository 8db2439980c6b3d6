import assert from 'node:assert/strict';
import { test } from 'node:test';
import { after, type Clock, within } from './clock.ts';

/** Waits until it is told. */
function handClock(): Clock & { end(): Promise<void>; waits: number[] } {
  const pending = new Set<() => void>();
  const waits: number[] = [];
  return {
    waits,
    nowMs: () => 0,
    wait: (ms, signal) =>
      new Promise(resolve => {
        waits.push(ms);
        pending.add(resolve);
        signal?.addEventListener('abort', () => resolve());
      }),
    end: async () => {
      for (const resolve of pending) resolve();
      await new Promise(resolve => setImmediate(resolve));
    },
  };
}

test('what is to run later runs at its time, and not when it was taken back', async () => {
  const clock = handClock();
  const ran: string[] = [];
  after(clock, 5, () => ran.push('kept'));
  after(clock, 5, () => ran.push('taken back'))();
  assert.deepEqual(ran, []);
  await clock.end();
  assert.deepEqual(ran, ['kept']);
});

/** Ends with its signal, and throws the reason. */
const endless = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason));
  });

test('work that takes too long is called off, by the time limit or by whoever asked for it', async () => {
  const clock = handClock();
  const late = assert.rejects(within(clock, 70, endless), { name: 'TimeoutError', message: /70 ms/ });
  assert.deepEqual(clock.waits, [70]);
  await clock.end();
  await late;

  const asker = new AbortController();
  const unwanted = assert.rejects(within(clock, 70, endless, asker.signal), /not any more/);
  asker.abort(new Error('not any more'));
  await unwanted;
  await assert.rejects(within(clock, 70, endless, asker.signal), /not any more/);
});

test('work that ends in time comes to what it comes to, and its signal never aborts', async () => {
  const clock = handClock();
  let given: AbortSignal | undefined;
  const value = await within(clock, 70, async signal => {
    given = signal;
    return 5;
  });
  assert.equal(value, 5);
  await clock.end();
  assert.equal(given?.aborted, false);
  await assert.rejects(
    within(clock, 70, async () => {
      throw new Error('so it is');
    }),
    /so it is/,
  );
});
