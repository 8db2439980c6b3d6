import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { digestOfRuns } from './testing/digestOfRuns.ts';

/** The profile itself: where this changes, results already signed can no longer be repeated. */
const PINNED = 'c5f5544fd9d6acd683de37851b6dc7a495911965b8bcc79d26004c7762b0056d';

test('the results of the profile are those it has always given', async () => {
  assert.equal(await digestOfRuns(), PINNED);
});

test('outputs, fuel and traces of many programs are the same under every compiler of the engine', () => {
  const script = fileURLToPath(new URL('./testing/printDigest.ts', import.meta.url));
  for (const flags of [['--liftoff-only'], ['--no-liftoff'], ['--no-enable-avx', '--no-enable-sse4-2']]) {
    const child = spawnSync(process.execPath, [...flags, script], { encoding: 'utf8', env: {} });
    assert.equal(child.stdout.trim(), PINNED, `${flags}: ${child.stderr}`);
  }
});
