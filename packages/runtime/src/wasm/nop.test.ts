import assert from 'node:assert/strict';
import test from 'node:test';
import { execute } from '../testing/execute.ts';

test('a module may do nothing: nop costs no fuel and changes nothing', async () => {
  const withBody = (...code: number[]) =>
    new Uint8Array([
      ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 4, 1, 0x60, 0, 0, 3, 2, 1, 0, 5, 3, 1, 0, 1],
      ...[7, 19, 2, 6, ...Buffer.from('memory'), 2, 0, 6, ...Buffer.from('_start'), 0, 0],
      ...[10, 4 + code.length, 1, 2 + code.length, 0, ...code, 0x0b],
    ]);
  const limits = { fuel: 1000n, stepFuel: 1000n, memoryPages: 1, callDepth: 10, outputBytes: 16 };
  const plain = await execute(withBody(), limits);
  assert.deepEqual(await execute(withBody(0x01, 0x01), limits), plain);
  assert.equal(plain.exitCode, 0);
});
