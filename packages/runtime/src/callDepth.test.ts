import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { EXIT, MAX_CALL_DEPTH } from './profile.ts';
import { execute } from './testing/execute.ts';
import { inputOfModules } from './testing/modulesFromInput.ts';
import { program, wat } from './testing/wat.ts';

test('nesting one call deeper than the limit stops the program, at the limit it does not', async () => {
  // main is one frame, each $down one more; the last calls nothing that counts.
  const module = (depth: number) =>
    wat(`(module (memory (export "memory") 1)
      (func $down (param i32) (if (local.get 0) (then (call $down (i32.sub (local.get 0) (i32.const 1))))))
      (func (export "_start") (call $down (i32.const ${depth}))))`);
  assert.equal((await execute(module(98), { callDepth: 100 })).exitCode, 0);
  assert.equal((await execute(module(99), { callDepth: 100 })).exitCode, EXIT.CALL_DEPTH);
});

test('a frame with many locals weighs as much as it takes of the stack', async () => {
  const wide = `(module (memory (export "memory") 1)
    (func $down (param i32) (local ${'v128 '.repeat(64)})
      (if (local.get 0) (then (call $down (i32.sub (local.get 0) (i32.const 1))))))
    (func (export "_start") (call $down (i32.const 20))))`;
  assert.equal((await execute(wat(wide), { callDepth: 100 })).exitCode, EXIT.CALL_DEPTH);
  assert.equal((await execute(wat(wide), { callDepth: 400 })).exitCode, 0);
});

test('a limit above the largest one counts as the largest', async () => {
  const module = program('(call $main)');
  const [a, b] = [
    await execute(module, { callDepth: MAX_CALL_DEPTH }),
    await execute(module, { callDepth: 1e9 }),
  ];
  assert.deepEqual(a, b);
  assert.equal(a.exitCode, EXIT.CALL_DEPTH);
});

/** Nests calls without end, with so many locals of a type in each frame, the host on top of the last. */
function deep(type: 'i64' | 'v128', count: number): Uint8Array {
  const each = (line: (i: number) => string) => Array.from({ length: count }, (_, i) => line(i)).join('');
  // Every local is live across the call: read before it, used after it.
  const sets = each(i => `(local.set ${i + 1} (${type}.load offset=${i} (local.get 0)))`);
  const uses = each(i => `(${type}.store offset=${i} (local.get 0) (local.get ${i + 1}))`);
  return wat(`(module
    (import "wasi_snapshot_preview1" "sched_yield" (func $yield (result i32)))
    (memory (export "memory") 1)
    (func $down (param i32) (local ${`${type} `.repeat(count)})
      ${sets} (drop (call $yield)) (call $down (local.get 0)) ${uses})
    (func (export "_start") (call $down (i32.const 0))))`);
}

test('the deepest nesting fits in the stack of a browser, by every compiler', () => {
  const script = fileURLToPath(new URL('./testing/deepest.ts', import.meta.url));
  const input = inputOfModules([0, 8, 14, 60].flatMap(count => [deep('i64', count), deep('v128', count)]));
  for (const flags of [['--liftoff-only'], ['--no-liftoff']]) {
    // 900 KiB: V8 gives wasm 984 KiB by default, in Chromium too.
    const child = spawnSync(process.execPath, ['--stack-size=900', ...flags, script], {
      encoding: 'utf8',
      env: {},
      input,
    });
    assert.equal(child.stdout.trim(), 'deep enough', child.stderr);
  }
});
