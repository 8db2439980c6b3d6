// Own process: the compiler defines globals.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { compile } from '../scripts/build.ts';
import { runProgram } from './runProgram.ts';
import { tableFile } from './tableFile.ts';

const table = tableFile([
  { name: 'age', numbers: [1, NaN, 3] },
  { name: 'site', words: [null, null, 'a'] },
]);

describe('the examples of docs/write-a-program.md', () => {
  it('count missing cells, in AssemblyScript', async () => {
    const module = await compile('examples/count-missing/main.ts');
    assert.deepEqual(await metricsOf(module), { rows: 3, missing: { age: 1, site: 2 } });
  });

  const compiled = compileC();
  it('count rows, in C', { skip: compiled ? false : 'no clang that compiles for wasm32-wasi' }, async () => {
    assert.deepEqual(await metricsOf(compiled!), { rows: 3 });
  });
});

async function metricsOf(module: Uint8Array): Promise<unknown> {
  const ran = await runProgram(module, {}, { 'table.safetensors': table });
  assert.equal(ran.exitCode, 0, ran.stderr);
  return JSON.parse(Buffer.from(ran.outputs.get('metrics.json')!).toString());
}

function compileC(): Uint8Array | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'koinon-example-'));
  try {
    const source = join(import.meta.dirname, '..', 'examples', 'count-rows', 'main.c');
    const out = join(folder, 'out.wasm');
    const flags = ['--target=wasm32-wasi', '-O3', '-msimd128', '-mbulk-memory', '-ffp-contract=off'];
    const { status } = spawnSync('clang', [...flags, source, '-o', out], { stdio: 'ignore' });
    return status === 0 ? readFileSync(out) : undefined;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
