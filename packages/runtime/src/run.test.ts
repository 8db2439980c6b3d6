import assert from 'node:assert/strict';
import test from 'node:test';
import { EXIT } from './profile.ts';
import { execute } from './testing/execute.ts';
import { program, wat } from './testing/wat.ts';

test('a program that returns exits with 0, and the same twice gives the same trace', async () => {
  const module = program('(i32.store (i32.const 0) (i32.const 42))');
  const [a, b] = [await execute(module), await execute(module)];
  assert.equal(a.exitCode, 0);
  assert.deepEqual(a, b);
  const other = await execute(program('(i32.store (i32.const 0) (i32.const 43))'));
  assert.notDeepEqual(other.traceRoot, a.traceRoot);
});

test('a trap is a result with a reserved exit code', async () => {
  const result = await execute(program('(unreachable)'));
  assert.equal(result.exitCode, EXIT.TRAP);
});

test('a program that spins ends when its fuel does, having used exactly its fuel', async () => {
  const result = await execute(program('(loop $l (br $l))'), { fuel: 1_000_000n });
  assert.equal(result.exitCode, EXIT.OUT_OF_FUEL);
  assert.equal(result.fuelUsed, 1_000_000n);
});

test('one step that uses more than stepFuel ends the program with its own code', async () => {
  const result = await execute(program('(loop $l (br $l))'), { stepFuel: 1000n });
  assert.equal(result.exitCode, EXIT.STEP_OUT_OF_FUEL);
  assert.equal(result.fuelUsed, 1000n);
});

test('a program that calls itself without end stops at the call depth', async () => {
  const result = await execute(program('(call $main)'), { callDepth: 100 });
  assert.equal(result.exitCode, EXIT.CALL_DEPTH);
});

test('a module with step runs until step gives 0, one root for each call', async () => {
  const module = wat(`(module (memory (export "memory") 1) (global $n (mut i32) (i32.const 3))
    (func (export "_start"))
    (func (export "step") (result i32)
      (global.set $n (i32.sub (global.get $n) (i32.const 1))) (global.get $n)))`);
  const result = await execute(module);
  assert.equal(result.exitCode, 0);
  assert.equal(result.stepRoots.length, 4);
  assert.equal(new Set(result.stepRoots.map(root => Buffer.from(root).toString('hex'))).size, 4);
});
