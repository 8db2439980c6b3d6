import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { digestOfRuns } from './testing/digestOfRuns.ts';
import { digestOfSteps } from './testing/digestOfSteps.ts';
import { stepping } from './testing/randomSteps.ts';

/** The profile itself: where this changes, results already signed can no longer be repeated. */
const PINNED = 'c5f5544fd9d6acd683de37851b6dc7a495911965b8bcc79d26004c7762b0056d';

/** The same for programs that run in steps, with the encoding of their states. */
const PINNED_STEPS = '883ecc0cc1e14ebac54b7cd614ea02a6c579524159f5eb2f97f5861be0d877f9';
const programs = 60;
const steppingPrograms = 30;
/** The part of them that every compiler runs; nightly all. */
const part = process.env['KOINON_NIGHTLY'] ? 1 : 3;

test('the results of the profile are those it has always given', async () => {
  assert.equal(await digestOfRuns(programs), PINNED);
  assert.equal(await digestOfSteps(stepping(steppingPrograms)), PINNED_STEPS);
});

test('outputs, fuel, traces and replayed steps of many programs are the same under every compiler of the engine', async () => {
  const counts = [programs / part, steppingPrograms / part] as const;
  const usual = `${await digestOfRuns(counts[0])} ${await digestOfSteps(stepping(counts[1]))}`;
  const script = fileURLToPath(new URL('./testing/printDigest.ts', import.meta.url));
  for (const flags of [['--liftoff-only'], ['--no-liftoff'], ['--no-enable-avx', '--no-enable-sse4-2']]) {
    const child = spawnSync(process.execPath, [...flags, script, ...counts.map(String)], {
      encoding: 'utf8',
      env: {},
    });
    assert.equal(child.stdout.trim(), usual, `${flags}: ${child.stderr}`);
  }
});
