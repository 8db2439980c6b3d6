import assert from 'node:assert/strict';
import test from 'node:test';
import { assertLikeTwin } from '../testing/compare.ts';
import { wat } from '../testing/wat.ts';

/** Infinity minus infinity: a NaN whose sign and payload differ between machines. */
const NAN32 = '(f32.sub (local.get $inf32) (local.get $inf32))';
const NAN64 = '(f64.sub (local.get $inf64) (local.get $inf64))';
const NAN32X4 = '(f32x4.sub (local.get $vinf32) (local.get $vinf32))';
const NAN64X2 = '(f64x2.sub (local.get $vinf64) (local.get $vinf64))';

/** Memory after a body that may use the four infinities, `$f`, `$d`, `$v` and `$i`. */
function after(body: string, fields = ''): DataView {
  const wasm = wat(`(module
    (memory (export "memory") 1) ${fields}
    (data (i32.const 512) "\\01\\00\\80\\7f\\ff\\ff\\ff\\ff\\78\\56\\b4\\ff\\01\\00\\a0\\7f")
    (func (export "_start")
      (local $inf32 f32) (local $inf64 f64) (local $vinf32 v128) (local $vinf64 v128)
      (local $f f32) (local $d f64) (local $v v128) (local $i i32)
      (local.set $inf32 (f32.load (i32.const 496)))
      (i32.store (i32.const 496) (i32.const 0x7f800000))
      (i64.store (i32.const 488) (i64.const 0x7ff0000000000000))
      (local.set $inf32 (f32.load (i32.const 496)))
      (local.set $inf64 (f64.load (i32.const 488)))
      (local.set $vinf32 (f32x4.splat (local.get $inf32)))
      (local.set $vinf64 (f64x2.splat (local.get $inf64)))
      ${body}))`);
  const { memory } = assertLikeTwin(wasm, body);
  return new DataView(memory.buffer, memory.byteOffset);
}

const CANONICAL32 = 0x7fc00000;
const CANONICAL64 = 0x7ff8000000000000n;
const u32 = (view: DataView, at = 0) => view.getUint32(at, true);
const u64 = (view: DataView, at = 0) => view.getBigUint64(at, true);

test('a stored NaN of arithmetic is the canonical one, scalar and vector', () => {
  assert.equal(u32(after(`(f32.store (i32.const 0) ${NAN32})`)), CANONICAL32);
  assert.equal(u64(after(`(f64.store (i32.const 0) ${NAN64})`)), CANONICAL64);
  const four = after(`(v128.store (i32.const 0) ${NAN32X4})`);
  for (let lane = 0; lane < 4; lane++) assert.equal(u32(four, lane * 4), CANONICAL32);
  assert.equal(u64(after(`(v128.store (i32.const 0) ${NAN64X2})`), 8), CANONICAL64);
});

test('a lane stored from a vector of arithmetic is canonical', () => {
  assert.equal(u32(after(`(v128.store32_lane 2 (i32.const 0) ${NAN32X4})`)), CANONICAL32);
  assert.equal(u64(after(`(v128.store64_lane 1 (i32.const 0) ${NAN64X2})`)), CANONICAL64);
});

test('bits that were loaded are stored as they were, whatever NaN they look like', () => {
  assert.equal(u32(after('(f32.store (i32.const 0) (f32.load (i32.const 512)))')), 0x7f800001);
  assert.equal(u64(after('(f64.store (i32.const 0) (f64.load (i32.const 512)))')), 0xffffffff7f800001n);
  assert.equal(u32(after('(v128.store (i32.const 0) (v128.load (i32.const 512)))'), 8), 0xffb45678);
});

test('a NaN seen as an integer is canonical', () => {
  assert.equal(u32(after(`(i32.store (i32.const 0) (i32.reinterpret_f32 ${NAN32}))`)), CANONICAL32);
  assert.equal(u64(after(`(i64.store (i32.const 0) (i64.reinterpret_f64 ${NAN64}))`)), CANONICAL64);
  assert.equal(u32(after(`(i32.store (i32.const 0) (i32x4.extract_lane 3 ${NAN32X4}))`)), CANONICAL32);
  assert.equal(u32(after(`(i32.store (i32.const 0) (i8x16.bitmask ${NAN32X4}))`)), 0b0100_0100_0100_0100);
  assert.equal(
    u32(after(`(v128.store (i32.const 0) (v128.xor ${NAN32X4} (v128.const i32x4 1 1 1 1)))`)),
    CANONICAL32 + 1,
  );
});

test('f64 lanes seen as f32 lanes, and the other way round, are canonical in their own width first', () => {
  const view = after(`(v128.store (i32.const 0) (f32x4.abs ${NAN64X2}))`);
  assert.equal(u32(view, 4), 0x7ff80000);
  assert.equal(u32(view, 0), 0);
});

test('copysign takes the sign of the canonical NaN, which has none', () => {
  const view = after(`(f32.store (i32.const 0) (f32.copysign (f32.const -3) ${NAN32}))`);
  assert.equal(view.getFloat32(0, true), 3);
  assert.equal(u32(after(`(f32.store (i32.const 0) (f32.copysign ${NAN32} (f32.const -3)))`)), 0xffc00000);
  assert.equal(
    u64(after(`(f64.store (i32.const 0) (f64.copysign ${NAN64} (f64.neg ${NAN64})))`)) >> 48n,
    0xfff8n,
  );
});

test('neg flips the sign of a NaN and abs clears it, as the specification has it', () => {
  assert.equal(u32(after(`(f32.store (i32.const 0) (f32.neg ${NAN32}))`)), 0xffc00000);
  assert.equal(u32(after(`(f32.store (i32.const 0) (f32.abs (f32.neg ${NAN32})))`)), CANONICAL32);
  assert.equal(u32(after(`(v128.store (i32.const 0) (f32x4.neg ${NAN32X4}))`)), 0xffc00000);
});

test('a global holds canonical NaNs, a vector global too', () => {
  const fields = '(global $g (mut f32) (f32.const 0)) (global $w (mut v128) (v128.const i64x2 0 0))';
  assert.equal(
    u32(after(`(global.set $g ${NAN32}) (f32.store (i32.const 0) (global.get $g))`, fields)),
    CANONICAL32,
  );
  assert.equal(
    u32(after(`(global.set $w ${NAN32X4}) (v128.store (i32.const 0) (global.get $w))`, fields)),
    CANONICAL32,
  );
});

test('arguments and results of calls are canonical, direct and indirect', () => {
  const fields = `(type $t (func (param i32 f32 v128 i32) (result f32)))
    (table funcref (elem $callee))
    (func $callee (type $t)
      (i32.store (i32.const 16) (i32.reinterpret_f32 (local.get 1)))
      (v128.store (i32.const 32) (local.get 2))
      (f32.div (f32.const 0) (f32.const 0)))`;
  const args = `(i32.const 1) ${NAN32} ${NAN32X4} (i32.const 2)`;
  for (const call of [`(call $callee ${args})`, `(call_indirect (type $t) ${args} (i32.const 0))`]) {
    const view = after(`(i32.store (i32.const 0) (i32.reinterpret_f32 ${call}))`, fields);
    assert.deepEqual([u32(view, 0), u32(view, 16), u32(view, 44)], [CANONICAL32, CANONICAL32, CANONICAL32]);
  }
});

test('what select and blocks choose is canonical if it came from arithmetic, and untouched if it was loaded', () => {
  const loaded = '(f32.load (i32.const 512))';
  for (const [condition, expected] of [
    [1, CANONICAL32],
    [0, 0x7f800001],
  ]) {
    const pick = `(i32.const ${condition})`;
    assert.equal(u32(after(`(f32.store (i32.const 0) (select ${NAN32} ${loaded} ${pick}))`)), expected);
    assert.equal(
      u32(after(`(f32.store (i32.const 0) (if (result f32) ${pick} (then ${NAN32}) (else ${loaded})))`)),
      expected,
    );
    assert.equal(
      u32(
        after(`(if ${pick} (then (local.set $f ${NAN32})) (else (local.set $f ${loaded})))
        (f32.store (i32.const 0) (local.get $f))`),
      ),
      expected,
    );
    assert.equal(
      u32(
        after(`(f32.store (i32.const 0)
        (block $b (result f32) (drop (br_if $b ${NAN32} ${pick})) ${loaded}))`),
      ),
      expected,
    );
  }
});

test('a variable that holds integers on one path and floats on another keeps the integers', () => {
  const integers = '(v128.const i32x4 0x7fa00001 0xffffffff 0x7f800001 0xffc12345)';
  for (const condition of [0, 1]) {
    const view = after(`(if (i32.const ${condition})
        (then (local.set $v ${NAN32X4})) (else (local.set $v ${integers})))
      (v128.store (i32.const 0) (local.get $v))`);
    assert.equal(u32(view), condition === 1 ? CANONICAL32 : 0x7fa00001);
  }
});

test('numbers of f64 lanes that look like f32 NaNs survive meeting f32 lanes', () => {
  // 2^52 + 0x7fa00001: its lower half is the bit pattern of a signalling f32 NaN.
  const number = '(i64.const 0x1000007fa00001)';
  for (const value of [
    `(f64x2.splat (f64.convert_i64_s ${number}))`,
    `(f64x2.abs (f64x2.add (f64x2.splat (f64.convert_i64_s ${number})) (v128.const i64x2 0 0)))`,
    '(f64x2.splat (f64.const 0x1.000007fa00001p52))',
  ]) {
    const view = after(`(local.set $v ${value})
      (v128.store (i32.const 64) (local.get $v))
      (if (i32.const 0) (then (local.set $v ${NAN32X4})))
      (v128.store (i32.const 0) (local.get $v))`);
    assert.equal(u64(view), u64(view, 64));
  }
});

test('a NaN that was negated keeps its sign where it meets arithmetic', () => {
  const view = after(`(if (i32.const 1)
      (then (local.set $f (f32.neg (f32.abs ${NAN32})))) (else (local.set $f ${NAN32})))
    (f32.store (i32.const 0) (local.get $f))`);
  assert.equal(u32(view), 0xffc00000);
});

test('a sum that starts from memory and grows in a loop is canonical, and untouched if the loop never runs', () => {
  for (const [rounds, expected] of [
    [0, 0x7f800001],
    [3, CANONICAL32],
  ]) {
    const view = after(`(local.set $v (v128.load (i32.const 512)))
      (local.set $i (i32.const ${rounds}))
      (block $out (loop $l
        (br_if $out (i32.eqz (local.get $i)))
        (local.set $v (f32x4.add (local.get $v) (local.get $vinf32)))
        (local.set $i (i32.sub (local.get $i) (i32.const 1)))
        (br $l)))
      (v128.store (i32.const 0) (local.get $v))`);
    assert.equal(u32(view), expected);
  }
});

test('conversion between f32 and f64 gives canonical NaNs', () => {
  assert.equal(
    u64(after('(f64.store (i32.const 0) (f64.promote_f32 (f32.load (i32.const 512))))')),
    CANONICAL64,
  );
  assert.equal(
    u32(after(`(f32.store (i32.const 0) (f32.demote_f64 (f64.load (i32.const 512))))`)),
    CANONICAL32,
  );
  assert.equal(u32(after(`(v128.store (i32.const 0) (f32x4.demote_f64x2_zero ${NAN64X2}))`)), CANONICAL32);
});
