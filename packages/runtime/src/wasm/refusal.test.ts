import assert from 'node:assert/strict';
import test from 'node:test';
import { KoinonError } from '@koinon/protocol/errors';
import { prepare } from '../prepare.ts';
import { assemble } from '../testing/assemble.ts';
import { LIMITS } from '../testing/execute.ts';
import { wat } from '../testing/wat.ts';
import { F32, I32 } from './types.ts';

function refusal(wasm: Uint8Array, limits = LIMITS): { message: string; data: Record<string, unknown> } {
  try {
    prepare(wasm, limits);
  } catch (error) {
    assert.ok(error instanceof KoinonError, String(error));
    assert.equal(error.code, 'K_MODULE_REFUSED');
    return { message: error.message, data: error.data };
  }
  return assert.fail('the module was not refused');
}

/** A program of one function with these instruction bytes. */
const bytes = (...code: number[]) =>
  assemble({ functions: [{ params: [], results: [], locals: [I32, F32], code: new Uint8Array(code) }] });

test('an instruction outside the profile is named with its function, its name and its offset', () => {
  const wasm =
    wat(`(module (memory (export "memory") 1) (func $other) (func $culprit (drop (memory.grow (i32.const 1)))
    (drop (i8x16.relaxed_swizzle (v128.const i64x2 0 0) (v128.const i64x2 0 0)))) (func (export "_start")))`);
  const { message, data } = refusal(wasm);
  assert.equal(data['function'], 1);
  assert.match(String(data['reason']), /relaxed SIMD/);
  assert.deepEqual([...wasm.subarray(Number(data['offset']), Number(data['offset']) + 2)], [0xfd, 0x80]);
  assert.match(message, /in function 1 at offset \d+: relaxed SIMD/);
});

test('the name section gives the function its name', () => {
  // name section: function names, one entry: 0 -> "culprit"
  const name = [0x04, ...Buffer.from('name'), 0x01, 0x0a, 0x01, 0x00, 0x07, ...Buffer.from('culprit')];
  const wasm = new Uint8Array([...bytes(0xfe, 0x03, 0x00), 0x00, name.length, ...name]);
  const { message, data } = refusal(wasm);
  assert.equal(data['name'], 'culprit');
  assert.match(message, /in function culprit \(0\).*threads/);
});

for (const [what, code, reason] of [
  ['atomics', [0xfe, 0x10, 2, 0], /threads/],
  ['relaxed SIMD', [0xfd, 0x80, 0x02], /relaxed/],
  ['GC', [0xfb, 0x01], /garbage/],
  ['tail calls', [0x12, 0], /tail call/],
  ['exceptions', [0x06, 0x40], /exception/],
  ['table.grow', [0xfc, 15, 0], /table.grow/],
  ['an unknown opcode', [0xff], /0xff/],
  ['a hole among the SIMD opcodes', [0xfd, 0x9a, 0x01], /154/],
  ['a second memory in memory.size', [0x3f, 1], /more than one memory/],
  ['a second memory in a load', [0x41, 0, 0x28, 0x42, 0, 0, 0x1a], /second memory/],
  ['a local that does not exist', [0x20, 2, 0x1a], /local 2/],
  ['a label that does not exist', [0x0c, 1], /label 1/],
  ['a function that does not exist', [0x10, 1], /function 1/],
  ['a global that does not exist', [0x23, 0, 0x1a], /global 0/],
  ['a lane that does not exist', [0x41, 0, 0xfd, 15, 0xfd, 21, 16, 0x1a], /lane 16/],
  ['a number of six bytes', [0x41, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00, 0x1a], /number/],
  ['a number wider than its type', [0x41, 0x80, 0x80, 0x80, 0x80, 0x40, 0x1a], /wider/],
  ['an else without an if', [0x02, 0x40, 0x05, 0x0b], /else/],
  ['code behind the end', [0x0b, 0x01], /goes on/],
  ['wrong types', [0x43, 0, 0, 0, 0, 0x21, 0], /not valid/],
] as const)
  test(`a module with ${what} is refused with the reason`, () => {
    assert.match(String(refusal(bytes(...code)).data['reason']), reason);
  });

for (const [what, text, reason] of [
  ['an import from elsewhere', '(import "env" "now" (func (result i32)))', /only WASI preview 1/],
  ['an unknown WASI import', '(import "wasi_snapshot_preview1" "fd_magic" (func))', /does not exist/],
  [
    'a WASI import of the wrong type',
    '(import "wasi_snapshot_preview1" "fd_close" (func))',
    /it is \(i32\) -> \(i32\)/,
  ],
  ['an imported global', '(import "wasi_snapshot_preview1" "g" (global i32))', /imports a global/],
  ['a mutable reference', '(global (mut funcref) (ref.null func))', /state root/],
  ['a tag', '(tag $t (param i32))', /section 13/],
] as const)
  test(`a module with ${what} is refused with the reason`, () => {
    const wasm = wat(`(module ${text} (memory (export "memory") 1) (func (export "_start")))`);
    assert.match(String(refusal(wasm).data['reason']), reason);
  });

for (const [what, text, reason] of [
  ['no memory', '(func (export "_start"))', /memory/],
  ['no _start', '(memory (export "memory") 1)', /_start/],
  [
    'a _start that takes a value',
    '(memory (export "memory") 1) (func (export "_start") (param i32))',
    /_start/,
  ],
  [
    'a step that gives nothing',
    '(memory (export "memory") 1) (func (export "_start")) (func (export "step"))',
    /step/,
  ],
  ['a 64-bit memory', '(memory (export "memory") i64 1) (func (export "_start"))', /64-bit/],
  ['a shared memory', '(memory (export "memory") 1 1 shared) (func (export "_start"))', /shared/],
  [
    'data outside its memory',
    '(memory (export "memory") 1) (data (i32.const 65535) "ab") (func (export "_start"))',
    /outside the memory/,
  ],
] as const)
  test(`a module with ${what} is refused with the reason`, () => {
    assert.match(String(refusal(wat(`(module ${text})`)).data['reason']), reason);
  });

test('a module that starts with more memory than the limit is refused', () => {
  const wasm = assemble({
    functions: [{ params: [], results: [], locals: [], code: new Uint8Array() }],
    pages: 9,
  });
  assert.match(String(refusal(wasm, { ...LIMITS, memoryPages: 8 }).data['reason']), /9 pages/);
  assert.equal(prepare(wasm, { ...LIMITS, memoryPages: 9 }).memory.maximumPages, 9);
});

test('a program that runs in steps may not change what the root does not cover', () => {
  const wasm = wat(`(module (memory (export "memory") 1) (table $t 1 funcref)
    (func (export "_start")) (func (export "step") (result i32)
      (table.set $t (i32.const 0) (ref.null func)) (i32.const 0)))`);
  assert.match(String(refusal(wasm).data['reason']), /table.set/);
});
