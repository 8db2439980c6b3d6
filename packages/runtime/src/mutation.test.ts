import assert from 'node:assert/strict';
import test from 'node:test';
import { KoinonError } from '@koinon/protocol/errors';
import { cases } from '@koinon/protocol/testing';
import fc from 'fast-check';
import type { Limits } from './profile.ts';
import { replayStep } from './replayStep.ts';
import { type RunInput, type RunResult, run } from './run.ts';
import { decodeStepState } from './state/decodeState.ts';
import { encodeStepState } from './state/encodeState.ts';
import { execute, inputOf } from './testing/execute.ts';
import { Random } from './testing/random.ts';
import { randomProgram } from './testing/randomProgram.ts';
import { wat } from './testing/wat.ts';

/** A program that uses the host, grows its memory, calls through a table and runs in steps. */
const BUSY = wat(`(module
  (import "wasi_snapshot_preview1" "path_open"
    (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_close" (func $close (param i32) (result i32)))
  (import "wasi_snapshot_preview1" "random_get" (func $random (param i32 i32) (result i32)))
  (memory (export "memory") 1 4)
  (table 2 funcref) (elem (i32.const 0) $one $two)
  (global $n (mut i32) (i32.const 3))
  (data (i32.const 0) "name\\10\\00\\00\\00\\08\\00\\00\\00")
  (func $one (result i32) (i32.const 1))
  (func $two (result i32) (i32.const 2))
  (func (export "_start")
    (drop (memory.grow (i32.const 1)))
    (drop (call $open (i32.const 4) (i32.const 0) (i32.const 0) (i32.const 4) (i32.const 9)
      (i64.const 64) (i64.const 0) (i32.const 0) (i32.const 100)))
    (drop (call $write (i32.load (i32.const 100)) (i32.const 4) (i32.const 1) (i32.const 104)))
    (drop (call $close (i32.load (i32.const 100))))
    (memory.fill (i32.const 200) (i32.const 7) (i32.const 50)))
  (func (export "step") (result i32)
    (drop (call $random (i32.const 300) (i32.const 40)))
    (global.set $n (i32.sub (global.get $n) (call_indirect (result i32) (i32.const 0))))
    (global.get $n)))`);

/** The module with a few bytes changed, dropped, doubled or moved. */
function mutated(wasm: Uint8Array, seed: number): Uint8Array {
  const random = new Random(seed);
  const bytes = [...wasm];
  for (let n = 1 + random.below(2); n > 0; n--) {
    const at = random.chance(10) ? random.below(bytes.length) : 8 + random.below(bytes.length - 8);
    switch (random.below(6)) {
      case 0:
        bytes[at]! ^= 1 << random.below(8);
        break;
      case 1:
        bytes[at] = random.pick([0, 1, 0x7f, 0x80, 0xff, 0x40, 0x0b, 0xfc, 0xfd]);
        break;
      case 2:
        bytes[at] = random.below(256);
        break;
      case 3:
        bytes.splice(at, 1 + random.below(3));
        break;
      case 4:
        bytes.splice(at, 0, random.below(256));
        break;
      default:
        bytes.splice(at, 0, ...bytes.slice(at, at + random.below(12)));
    }
  }
  return new Uint8Array(bytes);
}

/** An early step of the run, replayed alone, has the root it has in the run. */
async function assertReplays(
  wasm: Uint8Array,
  limits: Limits,
  { stepRoots, exitCode }: RunResult,
): Promise<void> {
  const stepIndex = Math.min(stepRoots.length - 1, 3);
  let before: Uint8Array | undefined;
  const input = inputOf(wasm, limits);
  const onStep: NonNullable<RunInput['onStep']> = ({ step, state }) => {
    if (step === stepIndex - 1) before = encodeStepState(state());
  };
  await run({ ...input, onStep });
  const from = before && { from: decodeStepState(before, limits), fromRoot: stepRoots[stepIndex - 1]! };
  const replay = await replayStep({ ...input, stepIndex, ...from });
  assert.deepEqual(replay.stateRoot, stepRoots[stepIndex]);
  if (replay.isLast) assert.equal(replay.exitCode, exitCode);
}

/** Refused or run, twice to the same end, and replayed; anything else fails. Says which. */
async function tryOut(wasm: Uint8Array): Promise<'refused' | 'ran'> {
  const limits = { fuel: 300_000n, stepFuel: 200_000n, memoryPages: 8, callDepth: 200, outputBytes: 4096 };
  try {
    const [first, second] = [await execute(wasm, limits), await execute(wasm, limits)];
    assert.deepEqual(first, second);
    assert.ok(first.fuelUsed <= limits.fuel);
    await assertReplays(wasm, limits, first);
    return 'ran';
  } catch (error) {
    assert.ok(error instanceof KoinonError && error.code === 'K_MODULE_REFUSED', String(error));
    return 'refused';
  }
}

test('a mutated module is refused or runs to an end that a second run repeats', async () => {
  const runs = cases(160, 1_600);
  const seen = { refused: 0, ran: 0 };
  await fc.assert(
    fc.asyncProperty(fc.integer(), async seed => {
      const base = seed % 3 === 0 ? randomProgram(seed) : BUSY;
      seen[await tryOut(mutated(base, seed))]++;
    }),
    { numRuns: runs },
  );
  assert.ok(seen.refused > runs / 8 && seen.ran > runs / 20, JSON.stringify(seen));
});

test('random bytes behind a valid header are refused', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async tail => {
      const wasm = new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, ...tail]);
      assert.equal(await tryOut(wasm), 'refused');
    }),
  );
});
