import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { cases } from '@koinon/protocol/testing';
import { checkStore } from '../test/checkStore.ts';
import { testFolder } from '../test/fixtures.ts';
import { diskPlace, everyKind, type Place } from '../test/places.ts';
import { Memory, runWorkload } from '../test/workload.ts';
import { Crash, crashAtPoint, noFaults } from './faults.ts';

/** The points a whole workload passes. */
async function allPoints(place: Place): Promise<readonly string[]> {
  const plan = crashAtPoint(Number.POSITIVE_INFINITY);
  await runWorkload(place, plan, new Memory());
  return plan.passed;
}

/** A run visits every third point, others with another KOINON_SEED, a nightly one all of them. */
const stride = cases(3, 1);
const first = Number(process.env['KOINON_SEED'] ?? 1) % stride || 0;

everyKind(
  'a store that dies at any durable write starts again and has lost nothing it promised',
  async newPlace => {
    const points = await allPoints(newPlace());
    for (const name of ['blob.rename', 'blob.index', 'blob.unlink', 'log.reserve', 'log.seal']) {
      assert.ok(points.includes(`before ${name}`) && points.includes(`after ${name}`), name);
    }
    for (let point = first; point < points.length; point += stride) {
      const place = newPlace();
      const memory = new Memory();
      const plan = crashAtPoint(point);
      // After its very last write a store has nothing left to fail at.
      await runWorkload(place, plan, memory).catch(error => assert.ok(diedHere(error), points[point]));
      assert.ok(plan.crashed, points[point]);
      await checkStore(place, memory);
      if (point % 4 !== 0) continue;
      await runWorkload(place, noFaults, memory);
      assert.equal(memory.entries.size, 5);
      await checkStore(place, memory);
    }
  },
);

everyKind('dying again while starting again changes nothing', async newPlace => {
  const points = await allPoints(newPlace());
  const reserved = points.lastIndexOf('after log.reserve');
  for (let second = 0; second < 12; second++) {
    const place = newPlace();
    const memory = new Memory();
    await assert.rejects(runWorkload(place, crashAtPoint(reserved), memory), diedHere);
    await runWorkload(place, crashAtPoint(second), memory).catch(error => assert.ok(diedHere(error)));
    await checkStore(place, memory);
  }
});

/** A process ends without closing anything, which no error thrown in this one can play: by night at all of them. */
const killed = [
  'after blob.rename',
  'before blob.index',
  'after log.reserve',
  'before log.seal',
  'before blob.rename',
  'after blob.delete',
  'before log.reserve',
  'after log.seal',
];

for (const point of killed.slice(0, cases(4, killed.length))) {
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
    await checkStore(diskPlace(folder), memory);
    await runWorkload(diskPlace(folder), noFaults, memory);
    await checkStore(diskPlace(folder), memory);
  });
}

/** The crash itself, or an error that names it as its cause. */
function diedHere(error: unknown): boolean {
  return error instanceof Crash || (error instanceof Error && error.cause instanceof Crash);
}
