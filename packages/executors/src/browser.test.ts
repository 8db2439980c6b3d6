import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

for (const face of ['./onnx/index.ts', './port.ts'])
  test(`what ${face} names bundles for a browser: it reaches no module of Node`, async () => {
    const result = await build({
      entryPoints: [fileURLToPath(new URL(face, import.meta.url))],
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
