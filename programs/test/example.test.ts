import assert from 'node:assert/strict';
import { it } from 'node:test';
import { compile } from '../scripts/build.ts';
import { tableFile } from './tableFile.ts';
import { runProgram } from './wasiHost.ts';

it('the example of docs/write-a-program.md counts missing cells', async () => {
  const module = await compile('examples/count-missing/main.ts');
  const table = tableFile([
    { name: 'age', numbers: [1, NaN, 3] },
    { name: 'site', words: [null, null, 'a'] },
  ]);
  const ran = await runProgram(module, { 'table.safetensors': table });
  assert.equal(ran.exitCode, 0, ran.stderr);
  const metrics: unknown = JSON.parse(Buffer.from(ran.outputs.get('metrics.json')!).toString());
  assert.deepEqual(metrics, { rows: 3, missing: { age: 1, site: 2 } });
});
