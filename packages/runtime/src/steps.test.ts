import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import test from 'node:test';
import { cases } from '@koinon/protocol/testing';
import fc from 'fast-check';
import { captureState } from './captureState.ts';
import { type Checkpoint, checkpointParts, decodeCheckpoint } from './checkpoint.ts';
import { EXIT, MAX_STEPS } from './profile.ts';
import { replayStep } from './replayStep.ts';
import { type RunResult, run } from './run.ts';
import { concat } from './state/bytes.ts';
import { decodeStepState } from './state/decodeState.ts';
import { encodeStepState } from './state/encodeState.ts';
import { stateRootOf } from './state/stateRoot.ts';
import { LIMITS } from './testing/execute.ts';
import { Random } from './testing/random.ts';
import { randomSteps } from './testing/randomSteps.ts';
import { STEPS_LIMITS } from './testing/stepsLimits.ts';
import { wat } from './testing/wat.ts';

const inputOf = (module: Uint8Array, limits = STEPS_LIMITS) => ({
  module,
  files: new Map([['table', new Uint8Array(9)]]),
  params: new TextEncoder().encode('{}'),
  seed: new Uint8Array(32).fill(3),
  timeMs: 1_700_000_000_000n,
  limits,
  hash: (bytes: Uint8Array) => new Uint8Array(hash('sha256', bytes, 'buffer')),
});

/** A whole run, and the encoded state after every step but the last. */
async function traced(module: Uint8Array) {
  const states: Uint8Array[] = [];
  const result = await run({
    ...inputOf(module),
    onStep: ({ state }) => states.push(encodeStepState(state())),
  });
  assert.equal(states.length, result.stepRoots.length - 1);
  return { result, states };
}

const property = (check: (seed: number) => Promise<void>) =>
  fc.assert(fc.asyncProperty(fc.integer(), check), { numRuns: cases(8, 80) });

test('the programs of these tests end in every way a program can', async () => {
  const seen = new Set<number>();
  const reserved = [
    EXIT.TRAP,
    EXIT.STEP_OUT_OF_FUEL,
    EXIT.CALL_DEPTH,
    EXIT.OUTPUT_TOO_LARGE,
    EXIT.STEP_STATE,
  ];
  const wanted = [0, 1, ...reserved];
  for (let seed = 1; seed <= 120 && !wanted.every(code => seen.has(code)); seed++)
    seen.add((await run(inputOf(randomSteps(seed)))).exitCode);
  for (const code of wanted) assert.ok(seen.has(code), `exit code ${code.toString(16)}`);
});

test('any step replayed alone, from the bytes of the state before it, gives the root the trace has', async () => {
  await property(async seed => {
    const module = randomSteps(seed);
    const { result, states } = await traced(module);
    for (const [stepIndex, root] of result.stepRoots.entries()) {
      const from =
        stepIndex === 0
          ? {}
          : {
              from: decodeStepState(states[stepIndex - 1]!, STEPS_LIMITS),
              fromRoot: result.stepRoots[stepIndex - 1]!,
            };
      const replay = await replayStep({ ...inputOf(module), stepIndex, ...from });
      assert.deepEqual(replay.stateRoot, root, `step ${stepIndex}`);
      assert.equal(replay.isLast, stepIndex === result.stepRoots.length - 1);
      assert.deepEqual(stateRootOf(replay.state), root);
      if (!replay.isLast) {
        assert.deepEqual(encodeStepState(replay.state), states[stepIndex]);
        continue;
      }
      assert.equal(replay.exitCode, result.exitCode);
      assert.equal(replay.fuelUsed, result.fuelUsed);
      assert.deepEqual(replay.outputs, result.outputs);
      assert.equal(replay.trap, result.trap);
    }
  });
});

test('a run resumed from any checkpoint comes to the same result as one that was never interrupted', async () => {
  await property(async seed => {
    const module = randomSteps(seed);
    const checkpoints: Uint8Array[] = [];
    const take = (checkpoint: Checkpoint) => {
      checkpoints.push(concat(checkpointParts(checkpoint)));
    };
    const whole = await run({ ...inputOf(module), checkpoints: { everyFuel: 0n, take } });
    assert.deepEqual(whole, await run(inputOf(module)));
    assert.equal(checkpoints.length, whole.stepRoots.length - 1);
    for (const bytes of checkpoints) {
      const resumeFrom = decodeCheckpoint(bytes, STEPS_LIMITS);
      const seen: number[] = [];
      const resumed: RunResult = await run({
        ...inputOf(module),
        resumeFrom,
        onStep: ({ step }) => seen.push(step),
      });
      assert.deepEqual(resumed, whole);
      assert.equal(seen.length, Math.max(0, whole.stepRoots.length - 1 - resumeFrom.stepRoots.length));
    }
  });
});

test('a state with one byte changed is refused, or has another root', async () => {
  await property(async seed => {
    const { result, states } = await traced(randomSteps(seed));
    const random = new Random(seed);
    for (const [i, bytes] of states.entries()) {
      for (let n = 0; n < 6; n++) {
        const changed = bytes.slice();
        // Half of the time near the ends, where everything but memory stands.
        const at = random.chance(50) ? random.below(bytes.length) : bytes.length - 1 - random.below(300);
        changed[at]! ^= 1 << random.below(8);
        try {
          const state = decodeStepState(changed, STEPS_LIMITS);
          assert.deepEqual(encodeStepState(state), changed, 'there is one encoding for a state');
          assert.notDeepEqual(stateRootOf(state), result.stepRoots[i]);
        } catch (error) {
          assert.equal((error as { code?: string }).code, 'K_STEP_STATE_MALFORMED', String(error));
        }
      }
      for (const cut of [0, 3, random.below(bytes.length), bytes.length - 1])
        assert.throws(() => decodeStepState(bytes.subarray(0, cut), STEPS_LIMITS), {
          code: 'K_STEP_STATE_MALFORMED',
        });
      const longer = concat([bytes, new Uint8Array(1)]);
      assert.throws(() => decodeStepState(longer, STEPS_LIMITS), { code: 'K_STEP_STATE_MALFORMED' });
    }
  });
});

test('the state after a step can be had without the rest of the run, from the beginning or from a checkpoint', async () => {
  await property(async seed => {
    const module = randomSteps(seed);
    const { result, states } = await traced(module);
    for (const [stepIndex, bytes] of states.entries()) {
      const captured = await captureState({ ...inputOf(module), stepIndex });
      assert.deepEqual(captured.stepRoots, result.stepRoots.slice(0, stepIndex + 1));
      assert.deepEqual(encodeStepState(captured.state), bytes);
      const stepRoots = result.stepRoots.slice(0, 1);
      const resumeFrom = { stepRoots, state: decodeStepState(states[0]!, STEPS_LIMITS) };
      const later = await captureState({ ...inputOf(module), stepIndex, resumeFrom });
      assert.deepEqual(encodeStepState(later.state), bytes);
    }
    await assert.rejects(captureState({ ...inputOf(module), stepIndex: result.stepRoots.length }), {
      code: 'K_STEP_STATE_UNFIT',
    });
  });
});

const COUNTER = wat(`(module (memory (export "memory") 1 3) (global $n (mut i32) (i32.const 0))
  (func (export "_start"))
  (func (export "step") (result i32) (global.set $n (i32.add (global.get $n) (i32.const 1)))
    (i32.store (i32.const 64) (global.get $n)) (i32.lt_u (global.get $n) (i32.const 9))))`);

test('a step is not replayed from a state that has another root than the trace, nor from one that cannot be', async () => {
  const { result, states } = await traced(COUNTER);
  const from = decodeStepState(states[4]!, STEPS_LIMITS);
  const fromRoot = result.stepRoots[4]!;
  const replay = (change: object) =>
    replayStep({ ...inputOf(COUNTER), stepIndex: 5, from, fromRoot, ...change });
  assert.deepEqual((await replay({})).stateRoot, result.stepRoots[5]);
  await assert.rejects(replay({ fromRoot: result.stepRoots[3]! }), { code: 'K_STEP_STATE_MISMATCH' });
  await assert.rejects(replay({ fromRoot: new Uint8Array(31) }), { code: 'K_STEP_STATE_MISMATCH' });
  const memory = from.memory.slice();
  memory[65535] = 1;
  await assert.rejects(replay({ from: { ...from, memory } }), { code: 'K_STEP_STATE_MISMATCH' });
  const unfit = {
    'fewer pages than the program begins with': { memory: new Uint8Array() },
    'more pages than it may have': { memory: new Uint8Array(4 * 65536) },
    'part of a page': { memory: new Uint8Array(65537) },
    'another number of globals': { globals: [] },
    'globals of another type': { globals: [{ type: 0x7e, words: [1n] }] },
    'more fuel than the limit': { fuelUsed: STEPS_LIMITS.fuel + 1n },
    'more output than the limit': { stdout: new Uint8Array(STEPS_LIMITS.outputBytes + 1) },
    'more random bytes than there are': { randomPosition: 1n << 40n },
  };
  for (const [what, change] of Object.entries(unfit))
    await assert.rejects(replay({ from: { ...from, ...change } }), { code: 'K_STEP_STATE_UNFIT' }, what);
  await assert.rejects(replay({ stepIndex: 0 }), { code: 'K_STEP_STATE_UNFIT' });
  await assert.rejects(replay({ from: undefined }), { code: 'K_STEP_STATE_UNFIT' });
  const once = wat('(module (memory (export "memory") 1) (func (export "_start")))');
  await assert.rejects(replay({ module: once }), { code: 'K_STEP_STATE_UNFIT' });
});

test('a trap in a late step runs that step twice and no other', async () => {
  const module = wat(`(module
    (import "wasi_snapshot_preview1" "sched_yield" (func $yield (result i32)))
    (memory (export "memory") 1) (global $n (mut i32) (i32.const 0)) (func (export "_start"))
    (func (export "step") (result i32) (drop (call $yield)) (global.set $n (i32.add (global.get $n) (i32.const 1)))
      (if (i32.eq (global.get $n) (i32.const 5)) (then (unreachable))) (i32.const 1)))`);
  const seen: bigint[] = [];
  const result = await run({ ...inputOf(module), onProgress: ({ fuelUsed }) => seen.push(fuelUsed) });
  assert.equal(result.exitCode, EXIT.TRAP);
  assert.equal(result.stepRoots.length, 6);
  // One report a step: the steps before the trap were not told a second time.
  assert.equal(seen.length, 6);
});

test('what may still be written after a step follows from what is there: a removed file gives back its room', async () => {
  const module = wat(`(module
    (import "wasi_snapshot_preview1" "path_open"
      (func $path_open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "path_unlink_file" (func $unlink (param i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "fd_filestat_set_size" (func $size (param i32 i64) (result i32)))
    (import "wasi_snapshot_preview1" "fd_close" (func $close (param i32) (result i32)))
    (memory (export "memory") 1) (global $n (mut i32) (i32.const 0)) (data (i32.const 16) "a")
    (func (export "_start"))
    (func (export "step") (result i32)
      (drop (call $path_open (i32.const 4) (i32.const 0) (i32.const 16) (i32.const 1) (i32.const 1)
        (i64.const 4194304) (i64.const 0) (i32.const 0) (i32.const 4)))
      (drop (call $size (i32.load (i32.const 4)) (i64.const 3000)))
      (drop (call $close (i32.load (i32.const 4))))
      (drop (call $unlink (i32.const 4) (i32.const 16) (i32.const 1)))
      (global.set $n (i32.add (global.get $n) (i32.const 1)))
      (i32.lt_u (global.get $n) (i32.const 5))))`);
  assert.equal((await run(inputOf(module))).exitCode, 0);
});

test('checkpoints come as far apart as the sink asks, and by default not within a short run', async () => {
  const at = async (spacing: { everyFuel?: bigint; everySteps?: number }) => {
    const steps: number[] = [];
    const take = ({ stepRoots }: Checkpoint) => {
      steps.push(stepRoots.length);
    };
    await run({ ...inputOf(COUNTER), checkpoints: { ...spacing, take } });
    return steps;
  };
  assert.deepEqual(await at({ everyFuel: 0n }), [1, 2, 3, 4, 5, 6, 7, 8, 9]);
  assert.deepEqual(await at({ everyFuel: 0n, everySteps: 4 }), [4, 8]);
  const perStep = (await traced(COUNTER)).result.fuelUsed / 9n;
  assert.deepEqual(await at({ everyFuel: perStep * 3n }), [4, 7]);
  assert.deepEqual(await at({}), []);
});

test('a checkpoint of something else is not gone on from', async () => {
  const { states, result } = await traced(COUNTER);
  const state = decodeStepState(states[2]!, STEPS_LIMITS);
  const resume = (resumeFrom: Checkpoint) => run({ ...inputOf(COUNTER), resumeFrom });
  await assert.rejects(resume({ stepRoots: result.stepRoots.slice(0, 2), state }), {
    code: 'K_STEP_STATE_MISMATCH',
  });
  await assert.rejects(resume({ stepRoots: [], state }), { code: 'K_STEP_STATE_UNFIT' });
  const none = new Uint8Array(8);
  assert.throws(() => decodeCheckpoint(none, LIMITS), { code: 'K_STEP_STATE_MALFORMED' });
  assert.throws(() => decodeCheckpoint(none.subarray(5), LIMITS), { code: 'K_STEP_STATE_MALFORMED' });
});

test('the last step a trace may hold ends the program, whatever it gives', async () => {
  const { result, states } = await traced(COUNTER);
  const from = decodeStepState(states[2]!, STEPS_LIMITS);
  const replay = (stepIndex: number) =>
    replayStep({ ...inputOf(COUNTER), stepIndex, from, fromRoot: result.stepRoots[2]! });
  assert.equal((await replay(MAX_STEPS - 2)).isLast, false);
  const last = await replay(MAX_STEPS - 1);
  assert.equal(last.exitCode, EXIT.TOO_MANY_STEPS);
  assert.deepEqual(last.stateRoot, result.stepRoots[3]);
  await assert.rejects(replay(MAX_STEPS), { code: 'K_STEP_STATE_UNFIT' });
});
