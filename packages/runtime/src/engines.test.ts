import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { cases } from '@koinon/protocol/testing';
import { digestOfRuns } from './testing/digestOfRuns.ts';
import { digestOfSteps } from './testing/digestOfSteps.ts';
import { inputOfModules } from './testing/modulesFromInput.ts';
import { stepping } from './testing/randomSteps.ts';

/** The profile itself: where this changes, results already signed can no longer be repeated. */
const PINNED = '8b82c09742b3c336c34d1cc10174028eb5c4d9ed578aac7ab9673fb863da239d';

/** The same for programs that run in steps, with the encoding of their states. */
const PINNED_STEPS = '2b319631d811690f9ed3d67c51b6ebd38e8993a9dcdde60522e61480c1e2e297';
const programs = 30;
const steppingPrograms = 15;
/** Those of them that every compiler runs. */
const counts = [cases(20, programs), cases(10, steppingPrograms)] as const;

test('the results of the profile are those it has always given', async () => {
  assert.equal(await digestOfRuns(programs), PINNED);
  assert.equal(await digestOfSteps(stepping(steppingPrograms)), PINNED_STEPS);
});

test('outputs, fuel, traces and replayed steps of many programs are the same under every compiler of the engine', async () => {
  const modules = stepping(counts[1]);
  const usual = `${await digestOfRuns(counts[0])} ${await digestOfSteps(modules)}`;
  const script = fileURLToPath(new URL('./testing/printDigest.ts', import.meta.url));
  for (const flags of [['--liftoff-only'], ['--no-liftoff'], ['--no-enable-avx', '--no-enable-sse4-2']]) {
    const child = spawnSync(process.execPath, [...flags, script, `${counts[0]}`], {
      encoding: 'utf8',
      env: {},
      input: inputOfModules(modules),
    });
    assert.equal(child.stdout.trim(), usual, `${flags}: ${child.stderr}`);
  }
});
