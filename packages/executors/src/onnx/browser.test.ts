import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

test('the pure part bundles for a browser: it reaches no module of Node', async () => {
  const entry = fileURLToPath(new URL('./index.ts', import.meta.url));
  const result = await build({
    entryPoints: [entry],
    bundle: true,
    format: 'esm',
    platform: 'browser',
    write: false,
    logLevel: 'silent',
    metafile: true,
  });
  assert.equal(result.errors.length, 0);
  const external = Object.values(result.metafile.outputs).flatMap(output =>
    output.imports.filter(({ external }) => external),
  );
  assert.deepEqual(external, []);
});
