import assert from 'node:assert/strict';
import test from 'node:test';
import { EXIT } from './profile.ts';
import { assertLikeTwin } from './testing/compare.ts';
import { execute } from './testing/execute.ts';
import { naiveTwin } from './testing/naiveTwin.ts';
import { program, wat } from './testing/wat.ts';

const fuelOf = async (body: string) => (await execute(program(body))).fuelUsed;

const COUNT_DOWN = (end: string) =>
  program(`(local $i i32) (local.set $i (i32.const 1000))
    (loop $l (local.set $i (i32.sub (local.get $i) (i32.const 1))) (br_if $l (local.get $i))) ${end}`);

test('a loop costs its instructions once for each time round', async () => {
  // 2 before; 4 + 2 in the loop, 1000 times.
  assert.equal((await execute(COUNT_DOWN(''))).fuelUsed, 6002n);
  assertLikeTwin(COUNT_DOWN(''));
});

test('exactly enough fuel is enough, one unit less is not', async () => {
  assert.equal((await execute(COUNT_DOWN(''), { fuel: 6002n })).exitCode, 0);
  const short = await execute(COUNT_DOWN(''), { fuel: 6001n });
  assert.equal(short.exitCode, EXIT.OUT_OF_FUEL);
  assert.equal(short.fuelUsed, 6001n);
});

test('a trap costs what was run until then, to the block', async () => {
  const wasm = COUNT_DOWN('(unreachable)');
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(naiveTwin(wasm)));
  assert.throws(exports['_start'] as () => void);
  const counted = (exports['count'] as WebAssembly.Global).value as bigint;
  const result = await execute(wasm);
  assert.equal(result.exitCode, EXIT.TRAP);
  assert.equal(result.fuelUsed, counted);
});

test('fuel runs out in recursion without loops too', async () => {
  const wasm = wat(`(module (memory (export "memory") 1)
    (func $twice (param i32) (if (local.get 0) (then
      (call $twice (i32.sub (local.get 0) (i32.const 1))) (call $twice (i32.sub (local.get 0) (i32.const 1))))))
    (func (export "_start") (call $twice (i32.const 60))))`);
  assert.equal((await execute(wasm, { fuel: 1_000_000n })).exitCode, EXIT.OUT_OF_FUEL);
});

test('growing memory costs by the page, and nothing more than trying where it cannot grow', async () => {
  const plain = await fuelOf('(drop (i32.const 1))');
  assert.equal((await fuelOf('(drop (memory.grow (i32.const 2)))')) - plain, 64n + 2n * 8192n);
  assert.equal((await fuelOf('(drop (memory.grow (i32.const 4)))')) - plain, 64n);
  assert.equal((await fuelOf('(drop (memory.grow (i32.const -1)))')) - plain, 64n);
});

test('memory grows to the limit and not beyond, whatever the module asks for', async () => {
  const wasm = wat(`(module (memory (export "memory") 1) (func (export "_start")
    (i32.store (i32.const 0) (memory.grow (i32.const 7)))
    (i32.store (i32.const 4) (memory.grow (i32.const 1)))
    (if (i32.ne (i32.load (i32.const 4)) (i32.const -1)) (then (unreachable)))
    (if (i32.ne (memory.size) (i32.const 8)) (then (unreachable)))))`);
  assert.equal((await execute(wasm, { memoryPages: 8 })).exitCode, 0);
  assert.equal((await execute(wasm, { memoryPages: 9 })).exitCode, EXIT.TRAP);
});

test('bulk operations cost by their length, and stop before they begin where it is not paid', async () => {
  const plain = await fuelOf('(memory.fill (i32.const 0) (i32.const 1) (i32.const 0))');
  assert.equal((await fuelOf('(memory.fill (i32.const 0) (i32.const 1) (i32.const 65536))')) - plain, 8192n);
  assert.equal((await fuelOf('(memory.copy (i32.const 0) (i32.const 8) (i32.const 800))')) - plain, 100n);
  const huge = await execute(program('(memory.fill (i32.const 0) (i32.const 1) (i32.const -1))'), {
    fuel: 1000n,
  });
  assert.equal(huge.exitCode, EXIT.OUT_OF_FUEL);
});

test('the fuel of all steps is counted together', async () => {
  const wasm = wat(`(module (memory (export "memory") 1) (func (export "_start"))
    (func (export "step") (result i32) (i32.const 1)))`);
  const result = await execute(wasm, { fuel: 1000n });
  assert.equal(result.exitCode, EXIT.OUT_OF_FUEL);
  assert.equal(result.fuelUsed, 1000n);
  assert.equal(result.stepRoots.length, 1002);
});

test('progress is told with fuel that never falls', async () => {
  const seen: bigint[] = [];
  const wasm =
    wat(`(module (memory (export "memory") 1) (global $n (mut i32) (i32.const 5)) (func (export "_start"))
    (func (export "step") (result i32)
      (global.set $n (i32.sub (global.get $n) (i32.const 1))) (global.get $n)))`);
  await execute(wasm, {}, { onProgress: ({ fuelUsed }) => seen.push(fuelUsed) });
  assert.equal(seen.length, 6);
  assert.deepEqual(
    seen,
    [...seen].sort((a, b) => Number(a - b)),
  );
});
