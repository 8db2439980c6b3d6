import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Clock } from '../ports/clock.ts';
import { systemClock } from '../ports/clock.ts';
import { WorkerPool } from './workerPool.ts';

/** Doubles numbers; throws for 'throw', dies for 'die', never answers 'hang', and fills its memory for 'eat'. */
const script = new URL(
  `data:text/javascript,${encodeURIComponent(`
    import { parentPort } from 'node:worker_threads';
    parentPort.on('message', task => {
      if (task === 'hang') return;
      if (task === 'die') process.exit(1);
      if (task === 'eat') { const eaten = []; for (;;) eaten.push(new Array(1e5).fill({})); }
      const error = { code: 'K_TEST', message: 'No.', fault: 'peer', data: { why: 1 }, next: 'Ask.' };
      parentPort.postMessage(task === 'throw' ? { error } : { value: 2 * task });
    });
  `)}`,
);
const pool = (change: { clock?: Clock; threads?: number; waitingMax?: number } = {}) =>
  new WorkerPool({
    script,
    clock: systemClock,
    threads: 1,
    waitingMax: 4,
    deadlineMs: 600_000,
    heapMaxMb: 32,
    ...change,
  });

test('a thread answers, throws what it threw, and is used again', async () => {
  const workers = pool();
  assert.equal(await workers.run(2), 4);
  await assert.rejects(workers.run('throw'), { code: 'K_TEST', fault: 'peer', next: 'Ask.' });
  assert.deepEqual(await Promise.all([3, 4, 5].map(task => workers.run(task))), [6, 8, 10]);
  await workers.close();
});

test('a thread that dies or runs out of memory fails its own task, and others go on', async () => {
  const workers = pool();
  for (const task of ['die', 'eat']) {
    const [failed, next] = await Promise.allSettled([workers.run(task), workers.run(1)]);
    assert.equal(failed.status === 'rejected' && failed.reason.code, 'K_WORKER_FAILED', task);
    assert.equal(next.status === 'fulfilled' && next.value, 2, task);
  }
  await workers.close();
});

test('a thread beyond its deadline is ended', async () => {
  let ring = () => {};
  const clock: Clock = { nowMs: () => 0, wait: () => new Promise(resolve => (ring = resolve)) };
  const workers = pool({ clock });
  const hanging = workers.run('hang');
  const behind = workers.run(1);
  ring();
  await assert.rejects(hanging, { code: 'K_WORKER_FAILED', fault: 'platform', message: /600000 ms/ });
  assert.equal(await behind, 2);
  await workers.close();
});

test('no more tasks wait than may, and closing fails those that do', async () => {
  const workers = pool({ waitingMax: 2 });
  const taken = ['hang', 1, 2].map(task => workers.run(task));
  await assert.rejects(workers.run(3), { code: 'K_BUSY' });
  const outcomes = Promise.allSettled(taken);
  await workers.close();
  assert.deepEqual(
    (await outcomes).map(outcome => outcome.status === 'rejected' && outcome.reason.code),
    ['K_WORKER_FAILED', 'K_WORKER_FAILED', 'K_WORKER_FAILED'],
  );
  await assert.rejects(workers.run(1), { code: 'K_WORKER_FAILED' });
});
