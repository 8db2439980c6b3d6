import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { checkStore } from '../test/checkStore.ts';
import { testFolder } from '../test/fixtures.ts';
import { Memory, runWorkload } from '../test/workload.ts';
import { Crash, crashAtPoint, noFaults } from './faults.ts';

/** The points a whole workload passes. */
async function allPoints(folder: string): Promise<readonly string[]> {
  const plan = crashAtPoint(Number.POSITIVE_INFINITY);
  await runWorkload(folder, plan, new Memory());
  return plan.passed;
}

/** A run visits every third point, others with another KOINON_SEED, a nightly one all of them. */
const stride = process.env['KOINON_NIGHTLY'] ? 1 : 3;
const first = Number(process.env['KOINON_SEED'] ?? 1) % stride || 0;

test('a store that dies at any durable write starts again and has lost nothing it promised', async t => {
  const points = await allPoints(testFolder(t));
  for (const name of ['blob.rename', 'blob.index', 'blob.unlink', 'log.reserve', 'log.seal']) {
    assert.ok(points.includes(`before ${name}`) && points.includes(`after ${name}`), name);
  }
  for (let point = first; point < points.length; point += stride) {
    const folder = testFolder(t);
    const memory = new Memory();
    const plan = crashAtPoint(point);
    // After its very last write a store has nothing left to fail at.
    await runWorkload(folder, plan, memory).catch(error => assert.ok(diedHere(error), points[point]));
    assert.ok(plan.crashed, points[point]);
    await checkStore(folder, memory);
    if (point % 4 !== 0) continue;
    await runWorkload(folder, noFaults, memory);
    assert.equal(memory.entries.size, 5);
    await checkStore(folder, memory);
  }
});

test('dying again while starting again changes nothing', async t => {
  const points = await allPoints(testFolder(t));
  const reserved = points.lastIndexOf('after log.reserve');
  for (let second = 0; second < 12; second++) {
    const folder = testFolder(t);
    const memory = new Memory();
    await assert.rejects(runWorkload(folder, crashAtPoint(reserved), memory), diedHere);
    await runWorkload(folder, crashAtPoint(second), memory).catch(error => assert.ok(diedHere(error)));
    await checkStore(folder, memory);
  }
});

for (const point of [
  'before blob.rename',
  'after blob.rename',
  'before blob.index',
  'after blob.delete',
  'before log.reserve',
  'after log.reserve',
  'before log.seal',
  'after log.seal',
]) {
  test(`a process killed ${point} starts again and has lost nothing it promised`, async t => {
    const folder = testFolder(t);
    const script = new URL('../test/killed.ts', import.meta.url).pathname;
    const child = spawnSync(process.execPath, [script, folder, point], { encoding: 'utf8' });
    assert.equal(child.signal, 'SIGKILL', child.stderr);
    const memory = new Memory();
    for (const line of child.stdout.trim().split('\n').filter(Boolean)) {
      const [method, ...values] = JSON.parse(line) as ['kept', string, number, 'public'];
      memory[method](...(values as [string, number, 'public']));
    }
    await checkStore(folder, memory);
    await runWorkload(folder, noFaults, memory);
    await checkStore(folder, memory);
  });
}

/** The crash itself, or an error that names it as its cause. */
function diedHere(error: unknown): boolean {
  return error instanceof Crash || (error instanceof Error && error.cause instanceof Crash);
}
