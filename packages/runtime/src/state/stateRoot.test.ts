import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import test from 'node:test';
import { cases } from '@koinon/protocol/testing';
import fc from 'fast-check';
import { execute } from '../testing/execute.ts';
import { Random } from '../testing/random.ts';
import { wat } from '../testing/wat.ts';
import { MemoryTree } from './memoryTree.ts';
import { leafHash, rootOfLeaves } from './merkleRoot.ts';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

/** RFC 6962 as it is written. */
function mth(leaves: Uint8Array[]): Uint8Array {
  const sha = (...parts: Uint8Array[]) => createHash('sha256').update(Buffer.concat(parts)).digest();
  if (leaves.length === 0) return sha();
  if (leaves.length === 1) return sha(new Uint8Array([0]), leaves[0]!);
  let k = 1;
  while (k * 2 < leaves.length) k *= 2;
  return sha(new Uint8Array([1]), mth(leaves.slice(0, k)), mth(leaves.slice(k)));
}

test('the root is that of RFC 6962, for any number of leaves', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 8 }), { maxLength: 40 }), leaves => {
      assert.equal(hex(rootOfLeaves(leaves.map(leaf => leafHash(leaf)))), hex(mth(leaves)));
    }),
  );
});

test('a tree that kept the last memory, by copy or as it was, gives the roots of one that kept nothing', () => {
  const fresh = (memory: Uint8Array) => hex(new MemoryTree().root(memory));
  fc.assert(
    fc.property(fc.integer(), seed => {
      const random = new Random(seed);
      const tree = new MemoryTree();
      let memory = new Uint8Array(random.below(4) * 65536);
      for (let n = 0; n < 6; n++) {
        if (random.chance(30)) {
          const grown = new Uint8Array(memory.length + (1 + random.below(3)) * 65536);
          grown.set(memory);
          memory = grown;
        }
        for (let writes = random.below(4); writes > 0 && memory.length > 0; writes--)
          memory[random.below(memory.length)] = random.below(3);
        if (random.chance(20)) memory.fill(0, 0, 65536);
        const isLent = random.chance(30);
        assert.equal(hex(tree.root(memory, isLent ? 'pages' : 'copies')), fresh(memory));
        assert.deepEqual(tree.last(), memory);
        // What was lent may not change any more.
        if (isLent) memory = memory.slice();
      }
      if (memory.length > 0) memory[memory.length - 1]! ^= 5;
      assert.equal(hex(tree.root(memory, 'nothing')), fresh(memory));
    }),
    { numRuns: cases(12, 100) },
  );
});

test('everything the next step can see changes the root', async () => {
  const root = async (body: string) => {
    const module = wat(`(module
      (import "wasi_snapshot_preview1" "random_get" (func $random (param i32 i32) (result i32)))
      (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))
      (import "wasi_snapshot_preview1" "path_open"
        (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
      (memory (export "memory") 1 2)
      (global $i (mut i32) (i32.const 0)) (global $f (mut f64) (f64.const 0))
      (global $v (mut v128) (v128.const i64x2 0 0))
      (func (export "_start") ${body}))`);
    const { traceRoot, exitCode } = await execute(module);
    assert.equal(exitCode, 0);
    return hex(traceRoot);
  };
  // Each pair uses the same fuel, so that fuel is not what tells them apart.
  for (const [a, b] of [
    ['(i32.store (i32.const 9) (i32.const 0))', '(i32.store (i32.const 9) (i32.const 1))'],
    ['(global.set $i (i32.const 0))', '(global.set $i (i32.const 1))'],
    ['(global.set $f (f64.const 0))', '(global.set $f (f64.const -0))'],
    ['(global.set $v (v128.const i64x2 0 0))', '(global.set $v (v128.const i64x2 0 1))'],
  ] as const)
    assert.notEqual(await root(a), await root(b), a);
  const open = (name: number) => `(i32.store8 (i32.const 8) (i32.const ${name}))
    (drop (call $open (i32.const 4) (i32.const 0) (i32.const 8) (i32.const 1) (i32.const 1)
      (i64.const 64) (i64.const 0) (i32.const 0) (i32.const 16))) (i32.store8 (i32.const 8) (i32.const 0))`;
  assert.notEqual(await root(open(97)), await root(open(98)));
  const wait = (ns: number) => `(i64.store (i32.const 24) (i64.const ${ns}))
    (drop (call $poll (i32.const 0) (i32.const 100) (i32.const 1) (i32.const 200))) (i64.store (i32.const 24) (i64.const 0))`;
  assert.notEqual(await root(wait(1)), await root(wait(2)));
  const draw = (
    n: number,
  ) => `(drop (call $random (i32.const 0) (i32.const ${n}))) (i64.store (i32.const 0) (i64.const 0))
    (drop (call $random (i32.const 0) (i32.const ${8 - n}))) (i64.store (i32.const 0) (i64.const 0))`;
  assert.equal(await root(draw(3)), await root(draw(4)));
});
