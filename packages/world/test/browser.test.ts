import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join } from 'node:path';
import { test } from 'node:test';
import { build } from 'esbuild';

const repository = join(import.meta.dirname, '../../..');

/** What a world in a page is made of. */
const entry = `
  export { connectChain } from '@koinon/chain';
  export { memoryNetwork } from '@koinon/network';
  export { createNode, servicesFor, servicesSchema } from '@koinon/node';
  export * from '@koinon/store';
  export * from '@koinon/world';
  export { wasmSqlite } from '@koinon/world/wasm';
`;

/** Bundles for a page: who imports what only Node has, and the files it is made of. */
async function bundle(contents: string): Promise<{ ofNode: string[]; files: string[] }> {
  const ofNode: string[] = [];
  const { metafile } = await build({
    stdin: { contents, resolveDir: import.meta.dirname },
    bundle: true,
    platform: 'browser',
    format: 'esm',
    target: 'es2024',
    write: false,
    outdir: 'page',
    metafile: true,
    absWorkingDir: repository,
    logLevel: 'silent',
    plugins: [
      {
        name: 'nothing of Node',
        setup: ({ onResolve }) => {
          const names = new RegExp(`^(node:.*|${builtinModules.join('|')})$`);
          onResolve({ filter: names }, ({ path, importer }) => {
            ofNode.push(`${importer.slice(repository.length + 1)} imports ${path}`);
            return { path, external: true };
          });
        },
      },
    ],
  });
  return { ofNode, files: Object.keys(metafile.inputs) };
}

test('a page can hold a node, its services, the network in memory, the chain and the world', async () => {
  const { ofNode, files } = await bundle(entry);
  assert.deepEqual(ofNode, []);
  const own = files.filter(file => /^packages\/.*\.ts$/.test(file));
  assert.ok(own.length > 300, `${own.length} files`);
  // The turns of both are handed in where there is no Node: a clock, a `turn`.
  const excused = ['packages/network/src/memory/scheduler.ts', 'packages/world/src/loop/loop.ts'];
  const globals = /\b(Buffer\b(?=[.(])|process\.[a-z]|setImmediate\()/;
  const using = own.filter(file => globals.test(readFileSync(join(repository, file), 'utf8')));
  assert.deepEqual(using, excused);
});

test('what only Node has is named with the file that imports it', async () => {
  const { ofNode } = await bundle("import '@koinon/store/disk'");
  assert.ok(ofNode.includes('packages/store/src/openStore.ts imports node:fs'));
});
