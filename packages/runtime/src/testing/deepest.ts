import { EXIT, MAX_CALL_DEPTH } from '../profile.ts';
import { execute } from './execute.ts';
import { wat } from './wat.ts';

/**
 * Nests calls until the depth is used up, with frames of many shapes, the host on top of the last. Prints
 * "deep enough" if the engine's stack held every time. Run as a program, with flags of the engine.
 */
const SHAPES = [0, 8, 14, 60].flatMap(n => ['i64 ', 'v128 '].map(type => type.repeat(n)));

for (const locals of SHAPES) {
  const count = locals.split(' ').length - 1;
  const type = locals.startsWith('v') ? 'v128' : 'i64';
  // Every local is live across the call: read before it, used after it.
  const sets = Array.from(
    { length: count },
    (_, i) => `(local.set ${i + 1} (${type}.load offset=${i} (local.get 0)))`,
  ).join('');
  const uses = Array.from(
    { length: count },
    (_, i) => `(${type}.store offset=${i} (local.get 0) (local.get ${i + 1}))`,
  ).join('');
  const module = wat(`(module
    (import "wasi_snapshot_preview1" "sched_yield" (func $yield (result i32)))
    (memory (export "memory") 1)
    (func $down (param i32) (local ${locals})
      ${sets} (drop (call $yield)) (call $down (local.get 0)) ${uses})
    (func (export "_start") (call $down (i32.const 0))))`);
  const { exitCode } = await execute(module, { callDepth: MAX_CALL_DEPTH });
  if (exitCode !== EXIT.CALL_DEPTH) throw new Error(`exit code ${exitCode} with ${count} locals of ${type}`);
}
console.log('deep enough');
