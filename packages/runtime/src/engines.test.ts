import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { digestOfRuns } from './testing/digestOfRuns.ts';

test('outputs, fuel and traces of many programs are the same under every compiler of the engine', async () => {
  const expected = await digestOfRuns();
  const script = fileURLToPath(new URL('./testing/printDigest.ts', import.meta.url));
  for (const flags of [['--liftoff-only'], ['--no-liftoff'], ['--no-enable-avx', '--no-enable-sse4-2']]) {
    const child = spawnSync(process.execPath, [...flags, script], { encoding: 'utf8', env: {} });
    assert.equal(child.stdout.trim(), expected, `${flags}: ${child.stderr}`);
  }
});
