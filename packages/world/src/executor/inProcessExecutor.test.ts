import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CheckpointStore, type ExecutionJob, openingOf, stepOutcomeOf } from '@koinon/executors/port';
import { cidOfBytes, fromHex, type Manifest, rootOf, toHex, utf8, ZERO_32 } from '@koinon/protocol';
import { worldLoop } from '../loop/loop.ts';
import { smallProgram, smallProgramLimits } from '../programs/smallProgram.ts';
import { altered } from './altered.ts';
import { inProcessExecutor } from './inProcessExecutor.ts';

const options = { maxRunMs: 3_600_000, maxMemoryBytes: 2 ** 30 };
const inputs = new Map([['rows.bin', utf8.encode('public rows')]]);

function jobOf(params: Manifest['params'] = {}, change: Partial<Manifest> = {}): ExecutionJob {
  const program = smallProgram;
  return {
    ...{ program, inputs },
    manifest: {
      koinon: 'manifest/2',
      executor: 'wasm',
      profile: 'koinon-det-1',
      program: cidOfBytes(program),
      inputs: [],
      params,
      seed: new Uint8Array(32),
      timeMs: 0,
      limits: { fuel: 1e9, stepFuel: 1e9, ...smallProgramLimits },
      outputs: [],
      private: false,
      ...change,
    },
  };
}

/** An executor for which a small job takes seconds. */
function slow(fuelPerSecond = 1_000) {
  const loop = worldLoop({ startMs: 0 });
  return { loop, executor: inProcessExecutor({ clock: loop.clock, fuelPerSecond }) };
}

test('a job takes the time of its fuel on the clock, and comes to a trace and outputs that follow from it', async () => {
  const { loop, executor } = slow();
  const result = await loop.live(() => executor.run(jobOf({ steps: 5 }), options));
  assert.equal(result.exitCode, 0, result.trap);
  assert.equal(loop.nowMs(), Number(result.fuel));
  assert.equal(result.stepRoots?.length, 5);
  assert.equal(toHex(rootOf([...result.stepRoots])), result.traceRoot);
  assert.deepEqual([...result.outputs.keys()].sort(), ['metrics.json', 'table.bin']);
  assert.equal(JSON.parse(utf8.decode(result.outputs.get('metrics.json')!)).kind, 'training');

  const again = await loop.live(() => executor.run(jobOf({ steps: 5 }), options));
  assert.deepEqual(openingOf(again, ZERO_32), openingOf(result, ZERO_32));
  const others = [
    jobOf({ steps: 5, other: 1 }),
    jobOf({ steps: 5 }, { seed: new Uint8Array(32).fill(1) }),
    { ...jobOf({ steps: 5 }), inputs: new Map([['rows.bin', utf8.encode('other rows')]]) },
  ];
  for (const other of others) {
    const differs = await loop.live(() => executor.run(other, options));
    assert.equal(differs.exitCode, 0, differs.trap);
    assert.notDeepEqual(differs.outputs.get('table.bin'), result.outputs.get('table.bin'));
  }
});

test('a step replayed from the state before it comes to what the whole run came to, in its own time', async () => {
  const { loop, executor } = slow();
  const job = jobOf({ steps: 4 });
  await loop.live(async () => {
    const whole = await executor.run(job, options);
    const captured = await executor.captureState(job, 2, options);
    assert.deepEqual(captured.stepRoots, whole.stepRoots!.slice(0, 3));
    const from = { state: captured.state, root: captured.stateRoot };
    const before = loop.nowMs();
    const replayed = await executor.replayStep(job, { index: 3, from }, options);
    const took = loop.nowMs() - before;
    assert.ok(took > 0 && took < Number(whole.fuel), `${took}`);
    const { exitCode, fuel, rawOutput } = openingOf(whole, ZERO_32);
    assert.deepEqual(stepOutcomeOf(replayed), {
      stateRoot: toHex(whole.stepRoots![3]!),
      end: { exitCode, fuel, rawOutput },
    });
    await assert.rejects(executor.replayStep(job, { index: 3, from: { ...from, root: ZERO_32 } }, options), {
      code: 'K_STEP_STATE_MISMATCH',
    });
    await assert.rejects(executor.captureState(job, 4, options), { code: 'K_STEP_STATE_UNFIT' });
  });
});

test('a job that is called off or takes longer than it may ends at its time with a word about the host', async () => {
  const { loop, executor } = slow();
  await loop.live(async () => {
    const end = new AbortController();
    loop.after(1_000, () => end.abort());
    await assert.rejects(executor.run(jobOf(), { ...options, signal: end.signal }), {
      code: 'K_HOST_ABORTED',
    });
    assert.equal(loop.nowMs(), 1_000);
    await assert.rejects(executor.run(jobOf(), { ...options, signal: end.signal }), {
      code: 'K_HOST_ABORTED',
    });
    await assert.rejects(executor.run(jobOf(), { ...options, maxRunMs: 500 }), { code: 'K_HOST_TIMEOUT' });
    assert.equal(loop.nowMs(), 1_500);
  });
});

test('a job that was interrupted goes on from its last checkpoint, and only the rest takes time', async () => {
  const { loop, executor } = slow(10);
  let kept: Uint8Array | undefined;
  const checkpoints: CheckpointStore = {
    load: async () => kept,
    save: async bytes => {
      kept = bytes;
    },
    clear: async () => {
      kept = undefined;
    },
  };
  const job = jobOf({ steps: 20 });
  await loop.live(async () => {
    const whole = await executor.run(job, options);
    const end = new AbortController();
    let steps = 0;
    const onProgress = () => {
      if (++steps === 5) end.abort();
    };
    const resumable = { ...options, checkpoints, checkpointFuel: 1n };
    const interrupted = executor.run(job, { ...resumable, onProgress, signal: end.signal });
    await assert.rejects(interrupted, { code: 'K_HOST_ABORTED' });
    assert.ok(kept);

    const before = loop.nowMs();
    const resumed = await executor.run(job, resumable);
    assert.equal(resumed.resumedSteps, 5);
    assert.deepEqual(openingOf(resumed, ZERO_32), openingOf(whole, ZERO_32));
    assert.ok(loop.nowMs() - before < Number(whole.fuel) * 100);
    assert.equal(kept, undefined);
  });
});

test('an altered executor says the same of a job whichever way it is asked', async () => {
  const { loop, executor } = slow();
  const root = new Uint8Array(32).fill(9);
  const liar = altered(executor, result => ({
    ...result,
    fuel: result.fuel + 1n,
    stepRoots: [...result.stepRoots!.slice(0, -1), root],
  }));
  const job = jobOf({ steps: 2 });
  await loop.live(async () => {
    const honest = await executor.run(job, options);
    const { state, stateRoot } = await executor.captureState(job, 0, options);
    const last = await liar.replayStep(job, { index: 1, from: { state, root: stateRoot } }, options);
    assert.deepEqual([last.stateRoot, last.fuel], [toHex(root), honest.fuel + 1n]);
    const first = await liar.replayStep(job, { index: 0 }, options);
    assert.deepEqual(fromHex(first.stateRoot), honest.stepRoots![0]);
    assert.equal((await liar.captureState(job, 1, options)).stateRoot, toHex(root));
  });
});
