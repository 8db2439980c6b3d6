import assert from 'node:assert/strict';
import { open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { acceleratedClock } from './acceleratedClock.ts';

const HOUR_MS = 3_600_000;

test('an hour passes in moments, and those who wait are woken in order', async () => {
  const clock = acceleratedClock(100_000);
  const startedMs = clock.nowMs();
  const woken: string[] = [];
  const wait = (name: string, ms: number) => clock.wait(ms).then(() => woken.push(name));
  await Promise.all([wait('late', HOUR_MS), wait('soon', HOUR_MS / 2), wait('sooner', 1)]);
  assert.deepEqual(woken, ['sooner', 'soon', 'late']);
  assert.ok(clock.nowMs() - startedMs >= HOUR_MS);
});

test('work that holds up the event loop takes next to no time', async () => {
  const clock = acceleratedClock(1_000);
  const startedMs = clock.nowMs();
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
  await clock.wait(1);
  assert.ok(clock.nowMs() - startedMs < 20_000, 'of the 200 seconds that a wall clock would show');
});

test('a wait that is given up ends at once', async () => {
  const clock = acceleratedClock(1);
  const ending = new AbortController();
  const waiting = clock.wait(HOUR_MS, ending.signal);
  ending.abort();
  await waiting;
  await clock.wait(HOUR_MS, AbortSignal.abort());
});

test('time stands still while a file is written', async () => {
  const clock = acceleratedClock(1_000_000);
  const path = join(tmpdir(), `koinon-clock-${process.pid}`);
  const file = await open(path, 'w');
  await clock.wait(1);
  const startedMs = clock.nowMs();
  await Promise.all(Array.from({ length: 20 }, () => file.write(new Uint8Array(2 ** 20))));
  const passedMs = clock.nowMs() - startedMs;
  await file.close();
  await rm(path);
  assert.equal(passedMs, 0);
});
