// Own process: the compiler defines globals.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { buildPrograms, compile, type Digests, entries } from '../scripts/build.ts';

const digests = await buildPrograms();
const wasm = (name: string) => readFileSync(join(import.meta.dirname, '..', 'build', `${name}.wasm`));

describe('the build of the programs', () => {
  it('gives the digests that are committed', () => {
    const committed = readFileSync(join(import.meta.dirname, '..', 'digests.json'), 'utf8');
    assert.deepEqual(digests, JSON.parse(committed) as Digests);
    for (const name of Object.keys(entries)) {
      assert.equal(createHash('sha256').update(wasm(name)).digest('hex'), digests[name]);
    }
  });

  it('gives the same bytes when it compiles again', async () => {
    assert.deepEqual(Buffer.from(await compile(entries['tabular-evaluate']!)), wasm('tabular-evaluate'));
  });

  it('imports WASI preview 1 alone: no mathematics, no abort, no seed from the host', () => {
    for (const name of Object.keys(entries)) {
      const module = new WebAssembly.Module(wasm(name));
      const imports = WebAssembly.Module.imports(module);
      assert.deepEqual([...new Set(imports.map(entry => entry.module))], ['wasi_snapshot_preview1']);
      const exports = WebAssembly.Module.exports(module).map(entry => `${entry.kind} ${entry.name}`);
      assert.deepEqual(exports.sort(), ['function _start', 'function step', 'memory memory']);
    }
  });
});
