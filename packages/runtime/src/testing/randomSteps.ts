import { Random } from './random.ts';
import { wat } from './wat.ts';

const IMPORTS = `
  (import "wasi_snapshot_preview1" "path_open"
    (func $path_open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "path_rename" (func $rename (param i32 i32 i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "path_unlink_file" (func $unlink (param i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "path_filestat_get" (func $stat (param i32 i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_readdir" (func $readdir (param i32 i32 i32 i64 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_close" (func $close (param i32) (result i32)))
  (import "wasi_snapshot_preview1" "random_get" (func $random (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "clock_time_get" (func $clock (param i32 i64 i32) (result i32)))
  (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))`;

/** The names a, b, c, … stand at 16, one byte each; buffers begin at 32768. */
const name = (random: Random) => `(i32.const ${16 + random.below(5)})`;
const place = (random: Random) => `(i32.const ${32768 + random.below(90_000)})`;

/** What one step may do: everything that leaves a trace between two steps. */
const DEEDS: readonly ((random: Random) => string)[] = [
  random => `(i32.store ${place(random)} (global.get $n))`,
  random =>
    `(i64.store (i32.sub (i32.shl (memory.size) (i32.const 16)) (i32.const 8)) (i64.const ${random.below(9)}))`,
  // Across the edge of a page.
  () => '(i64.store (i32.const 65533) (i64.extend_i32_u (i32.mul (global.get $n) (i32.const 7777))))',
  random => `(memory.fill ${place(random)} (i32.const ${random.below(3)}) (i32.const ${random.below(9000)}))`,
  () => '(i32.store (i32.const 32800) (memory.grow (i32.const 1)))',
  random => `(drop (call $random ${place(random)} (i32.const ${random.below(200)})))`,
  random => `(drop (call $clock (i32.const ${random.below(4)}) (i64.const 0) ${place(random)}))`,
  random => `(memory.fill (i32.const 32768) (i32.const 0) (i32.const 48))
    (i64.store (i32.const 32792) (i64.const ${random.below(1000)}))
    (drop (call $poll (i32.const 32768) (i32.const 33000) (i32.const 1) (i32.const 34000)))`,
  random => `(call $write ${name(random)} (i32.const ${random.below(60)}))`,
  random => `(call $write ${name(random)} (global.get $n))`,
  random =>
    `(drop (call $rename (i32.const 4) ${name(random)} (i32.const 1) (i32.const 4) ${name(random)} (i32.const 1)))`,
  random => `(drop (call $unlink (i32.const 4) ${name(random)} (i32.const 1)))`,
  // The number of a file lands in memory.
  random => `(drop (call $stat (i32.const 4) (i32.const 0) ${name(random)} (i32.const 1) ${place(random)}))`,
  random =>
    `(drop (call $readdir (i32.const 4) ${place(random)} (i32.const 300) (i64.const 0) (i32.const 8)))`,
  random => `(i32.store (i32.const 24) (i32.const 16)) (i32.store (i32.const 28) (i32.const ${random.below(9)}))
    (drop (call $fd_write (i32.const ${1 + random.below(2)}) (i32.const 24) (i32.const 1) (i32.const 8)))`,
  random => `(global.set $f (f32.reinterpret_i32 (i32.const ${random.below(2 ** 31) - 2 ** 30})))`,
  () => '(global.set $f (f32.reinterpret_i32 (i32.const 0x7fa12345)))',
  () => '(global.set $d (f64.div (f64.convert_i32_s (global.get $n)) (f64.const 0)))',
  () => '(global.set $d (f64.reinterpret_i64 (i64.const 0xfff4000000000001)))',
  () => '(global.set $l (i64.sub (global.get $l) (i64.const 12345678901234567)))',
  () => '(global.set $v (i8x16.add (global.get $v) (i8x16.splat (global.get $n))))',
  () => '(f32.store (i32.const 40000) (global.get $f)) (v128.store (i32.const 40016) (global.get $v))',
  () =>
    '(global.set $l (i64.add (global.get $l) (call_indirect (result i64) (i32.and (global.get $n) (i32.const 1)))))',
];

const ENDS: readonly ((random: Random) => string)[] = [
  () => '(return (i32.const 0))',
  () => '(return (i32.const 0))',
  random => `(call $exit (i32.const ${random.below(3)}))`,
  () => '(unreachable)',
  () => '(drop (i32.div_u (i32.const 1) (i32.const 0)))',
  () => '(loop $l (br $l))',
  () => '(call $deeper)',
  () => '(call $open (i32.const 16) (i32.const 1))',
  () => '(call $write (i32.const 16) (i32.const 50000))',
];

/** A program that runs in some steps, each of which changes something, and ends in one of many ways. */
export function randomSteps(seed: number): Uint8Array {
  const random = new Random(seed);
  const deeds = (most: number) =>
    Array.from({ length: random.below(most) }, () => random.pick(DEEDS)(random)).join('\n');
  const steps = 1 + random.below(7);
  const cases = Array.from(
    { length: steps },
    (_, i) => `(if (i32.eq (global.get $n) (i32.const ${i + 1})) (then ${deeds(5)}))`,
  ).join('\n');
  return wat(`(module ${IMPORTS}
    (memory (export "memory") 2 6)
    (table 2 funcref) (elem (i32.const 0) $one $two)
    (global $n (mut i32) (i32.const 0)) (global $l (mut i64) (i64.const 1)) (global $f (mut f32) (f32.const 0))
    (global $d (mut f64) (f64.const 0)) (global $v (mut v128) (v128.const i64x2 1 2))
    (global $still i32 (i32.const 4))
    (data (i32.const 16) "abcde") (data (i32.const 70000) "in the way of what was restored")
    (func $one (result i64) (i64.const 1)) (func $two (result i64) (i64.const 2))
    (func $deeper (call $deeper))
    (func $open (param $name i32) (param $create i32)
      (drop (call $path_open (global.get $still) (i32.const 0) (local.get $name) (i32.const 1) (local.get $create)
        (i64.const 64) (i64.const 0) (i32.const 1) (i32.const 4))))
    (func $write (param $name i32) (param $length i32)
      (call $open (local.get $name) (i32.const 1))
      (i32.store (i32.const 24) (i32.const 32768)) (i32.store (i32.const 28) (local.get $length))
      (drop (call $fd_write (i32.load (i32.const 4)) (i32.const 24) (i32.const 1) (i32.const 8)))
      (drop (call $close (i32.load (i32.const 4)))))
    (start $before)
    (func $before (i32.store (i32.const 50000) (i32.const 99)))
    (func (export "_start") ${deeds(4)})
    (func (export "step") (result i32)
      (global.set $n (i32.add (global.get $n) (i32.const 1)))
      ${cases}
      (if (i32.eq (global.get $n) (i32.const ${steps})) (then ${random.pick(ENDS)(random)}))
      (i32.const 1)))`);
}

/** The first so many of them. */
export const stepping = (count: number): Uint8Array[] =>
  Array.from({ length: count }, (_, seed) => randomSteps(seed));
