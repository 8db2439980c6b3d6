import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { digestOfRuns } from './testing/digestOfRuns.ts';
import { digestOfSteps } from './testing/digestOfSteps.ts';
import { randomSteps } from './testing/randomSteps.ts';

/** The profile itself: where this changes, results already signed can no longer be repeated. */
const PINNED = 'c5f5544fd9d6acd683de37851b6dc7a495911965b8bcc79d26004c7762b0056d';

/** The same for programs that run in steps, with the encoding of their states. */
const PINNED_STEPS = '883ecc0cc1e14ebac54b7cd614ea02a6c579524159f5eb2f97f5861be0d877f9';
const STEPPING = Array.from({ length: 30 }, (_, seed) => randomSteps(seed));

test('the results of the profile are those it has always given', async () => {
  assert.equal(await digestOfRuns(), PINNED);
  assert.equal(await digestOfSteps(STEPPING), PINNED_STEPS);
});

test('outputs, fuel, traces and replayed steps of many programs are the same under every compiler of the engine', () => {
  const script = fileURLToPath(new URL('./testing/printDigest.ts', import.meta.url));
  for (const flags of [['--liftoff-only'], ['--no-liftoff'], ['--no-enable-avx', '--no-enable-sse4-2']]) {
    const child = spawnSync(process.execPath, [...flags, script], { encoding: 'utf8', env: {} });
    assert.equal(child.stdout.trim(), `${PINNED} ${PINNED_STEPS}`, `${flags}: ${child.stderr}`);
  }
});
