import assert from 'node:assert/strict';
import test from 'node:test';
import { execute } from './testing/execute.ts';
import { program } from './testing/wat.ts';

const module = program('');
const refused = (promise: Promise<unknown>) => assert.rejects(promise, { code: 'K_RUN_INPUT' });

test('input no manifest could name is refused before anything runs', async () => {
  await refused(execute(module, {}, { seed: new Uint8Array(31) }));
  await refused(execute(module, {}, { timeMs: -1n }));
  await refused(execute(module, { fuel: -1n }));
  await refused(execute(module, { stepFuel: 1n << 63n }));
  await refused(execute(module, { memoryPages: 65537 }));
  await refused(execute(module, { memoryPages: 1.5 }));
  await refused(execute(module, { outputBytes: Number.NaN }));
  for (const name of ['', '.', '..', 'a/b', 'a\0', 'x'.repeat(256), 'params.json'])
    await refused(execute(module, {}, { files: new Map([[name, new Uint8Array()]]) }));
});
