import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  watch,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { rootOf, toHex } from '@koinon/protocol';
import { EXIT } from '@koinon/runtime';
import { createExecutor } from './createExecutor.ts';
import type { CheckpointStore, ExecutionJob, ExecutionResult } from './executor.ts';
import { fileCheckpoints } from './fileCheckpoints.ts';
import { TABLE_INPUT } from './onnx/index.ts';
import { openingOf, stepOutcomeOf } from './openings.ts';
import { jobOf, options, sandboxKinds, skipSandbox, smallTable } from './testing/jobs.ts';
import { smallModel } from './testing/onnxModel.ts';
import { counting, op, wasmProgram } from './testing/wasmProgram.ts';

const folder = mkdtempSync(join(tmpdir(), 'koinon-checkpoints-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const ZERO = `0x${'00'.repeat(32)}` as const;

/** A store that tells when something was saved. */
function telling(store: CheckpointStore, onSaved: (bytes: Uint8Array) => void): CheckpointStore {
  return {
    ...store,
    save: async bytes => {
      await store.save(bytes);
      onSaved(bytes);
    },
  };
}

/** What a receipt would say. */
const factsOf = ({ stepRoots, stdout, ...result }: ExecutionResult) => ({
  opening: openingOf({ ...result, stdout }, ZERO),
  roots: stepRoots!.map(toHex),
});

/** Resolves when the file is there, whole. */
function watchFor(file: string): Promise<void> {
  return new Promise(resolve => {
    const watcher = watch(dirname(file), () => {
      if (!existsSync(file)) return;
      watcher.close();
      resolve();
    });
  });
}

const executor = createExecutor({ sandbox: 'process' });

/** Kills the child once a checkpoint of at least so many steps is durable. */
async function interrupted(job: ExecutionJob, store: CheckpointStore): Promise<number> {
  const killer = new AbortController();
  let steps = 0;
  const checkpoints = telling(store, bytes => {
    steps = new DataView(bytes.buffer, bytes.byteOffset).getUint32(64);
    if (steps > 2) killer.abort();
  });
  const running = executor.run(job, { ...options, checkpoints, checkpointFuel: 1n, signal: killer.signal });
  await assert.rejects(running, { code: 'K_HOST_ABORTED' });
  return steps;
}

/** The last checkpoint of a whole run, as it lies on disk. */
async function lastCheckpoint(job: ExecutionJob): Promise<Uint8Array> {
  let last: Uint8Array | undefined;
  const save = async (bytes: Uint8Array) => {
    last = bytes;
  };
  const store = { load: async () => undefined, save, clear: async () => {} };
  await executor.run(job, { ...options, checkpoints: store, checkpointFuel: 1n });
  return last!;
}

const long = jobOf(counting(100, 1_000_000), { limits: { fuel: 1e12 } });
let wholeLong: Promise<ExecutionResult> | undefined;
/** What the long job comes to when nobody interrupts it. */
const uninterrupted = () => {
  wholeLong ??= executor.run(long, options);
  return wholeLong;
};

test('a run that was killed goes on from its last checkpoint, to the receipt it would have had', async () => {
  const file = join(folder, 'killed');
  const whole = await uninterrupted();
  assert.equal(whole.resumedSteps, undefined);
  assert.equal(whole.stepRoots!.length, 101);
  assert.equal(toHex(rootOf([...whole.stepRoots!])), whole.traceRoot);
  const steps = await interrupted(long, fileCheckpoints(file));
  assert.ok(steps < 101);
  assert.equal(statSync(file).mode & 0o777, 0o600);
  const resumed = await executor.run(long, { ...options, checkpoints: fileCheckpoints(file) });
  assert.deepEqual(factsOf(resumed), factsOf(whole));
  assert.ok(resumed.resumedSteps! >= steps, `${resumed.resumedSteps} steps were taken over`);
  assert.deepEqual(
    readdirSync(folder).filter(name => name.startsWith('killed')),
    [],
  );
});

test('a run whose node was killed with it goes on from the file it left', async () => {
  const file = join(folder, 'node');
  const script = fileURLToPath(new URL('./testing/children/checkpointing.ts', import.meta.url));
  const node = spawn(process.execPath, [script, file], { stdio: ['ignore', 'ignore', 'inherit'] });
  const gone = once(node, 'exit');
  const saved = watchFor(file);
  await Promise.race([saved, gone]);
  node.kill('SIGKILL');
  await gone;
  assert.ok(existsSync(file), 'it was killed after its first checkpoint and before its end');
  const resumed = await executor.run(long, { ...options, checkpoints: fileCheckpoints(file) });
  assert.ok(resumed.resumedSteps! > 0);
  assert.deepEqual(factsOf(resumed), factsOf(await uninterrupted()));
});

test('a program that traps after it was resumed has used exactly what it would have', async () => {
  const file = join(folder, 'trap');
  const job = jobOf(counting(100, 1_000_000, op.unreachable), { limits: { fuel: 1e12 } });
  const whole = await executor.run(job, options);
  assert.equal(whole.exitCode, EXIT.TRAP);
  await interrupted(job, fileCheckpoints(file));
  const resumed = await executor.run(job, { ...options, checkpoints: fileCheckpoints(file) });
  assert.ok(resumed.resumedSteps! > 0);
  assert.deepEqual(factsOf(resumed), factsOf(whole));
});

test('a checkpoint of another manifest, a spoiled one, and one that cannot be read are as good as none', async () => {
  const job = jobOf(counting(20, 10));
  const whole = factsOf(await executor.run(job, options));
  const other = jobOf(counting(20, 10), { params: { a: 1 } });
  const kept = await lastCheckpoint(other);
  const again = async (bytes: Uint8Array | undefined) => {
    const load = async () => {
      if (!bytes) throw new Error('the disk is broken');
      return bytes;
    };
    const broken = async () => {
      throw new Error('the disk is full');
    };
    const result = await executor.run(job, {
      ...options,
      checkpointFuel: 1n,
      checkpoints: { load, save: broken, clear: async () => {} },
    });
    assert.equal(result.resumedSteps, undefined);
    assert.deepEqual(factsOf(result), whole);
  };
  await again(kept);
  await again(undefined);
  const own = await lastCheckpoint(job);
  for (const at of [65, 70, own.length - 20, own.length >> 1]) {
    const spoiled = new Uint8Array(own);
    spoiled[at]! ^= 1;
    await again(spoiled);
  }
  await again(own.subarray(0, own.length - 1));
});

test('nothing of a checkpoint that was not finished is taken for one, and its rights are the owner’s', async () => {
  const file = join(folder, 'half');
  const store = fileCheckpoints(file);
  assert.equal(await store.load(), undefined);
  writeFileSync(`${file}.new`, 'half a checkpoint');
  chmodSync(`${file}.new`, 0o644);
  assert.equal(await store.load(), undefined);
  await store.save(Uint8Array.of(1));
  await store.save(Uint8Array.of(2));
  assert.deepEqual([...(await store.load())!], [2]);
  assert.equal(statSync(file).mode & 0o777, 0o600);
  assert.ok(!existsSync(`${file}.new`));
  await store.clear();
  assert.equal(await store.load(), undefined);
  await store.clear();
});

for (const kind of sandboxKinds) {
  const skip = skipSandbox[kind];
  describe(`single steps in the sandbox "${kind}"`, { skip }, () => {
    const sandboxed = createExecutor({ sandbox: kind });
    const job = jobOf(counting(4, 10));

    test('every step replayed from the state before it has the root of the trace, the last also the end', async () => {
      const whole = await sandboxed.run(job, options);
      const roots = whole.stepRoots!.map(toHex);
      assert.equal(roots.length, 5);
      for (const [index, root] of roots.entries()) {
        let step = { index } as Parameters<typeof sandboxed.replayStep>[1];
        if (index > 0) {
          const captured = await sandboxed.captureState(job, index - 1, options);
          assert.equal(captured.stateRoot, roots[index - 1]);
          assert.deepEqual(captured.stepRoots.map(toHex), roots.slice(0, index));
          step = { index, from: { state: captured.state, root: captured.stateRoot } };
        }
        const replay = await sandboxed.replayStep(job, step, options);
        assert.equal(replay.stateRoot, root);
        assert.equal(replay.isLast, index === 4);
        const { exitCode, fuel, rawOutput } = openingOf(whole, ZERO);
        const end = index === 4 ? { end: { exitCode, fuel, rawOutput } } : {};
        assert.deepEqual(stepOutcomeOf(replay), { stateRoot: root, ...end });
      }
    });

    test('a state with another root, one that is none, and a step that is not there are refused', async () => {
      const { state, stateRoot } = await sandboxed.captureState(job, 1, options);
      const replay = (from: { state: Uint8Array; root: `0x${string}` }, index = 2) =>
        sandboxed.replayStep(job, { index, from }, options);
      await assert.rejects(replay({ state, root: ZERO }), { code: 'K_STEP_STATE_MISMATCH', fault: 'peer' });
      await assert.rejects(replay({ state: state.subarray(1), root: stateRoot }), {
        code: 'K_STEP_STATE_MALFORMED',
      });
      await assert.rejects(replay({ state, root: stateRoot }, 0), { code: 'K_STEP_STATE_UNFIT' });
      await assert.rejects(sandboxed.replayStep(job, { index: 1 }, options), { code: 'K_STEP_STATE_UNFIT' });
      await assert.rejects(sandboxed.captureState(job, 5, options), { code: 'K_STEP_STATE_UNFIT' });
    });
  });
}

test('a program without steps is one step, and an ONNX job too', async () => {
  for (const job of [
    jobOf(wasmProgram({ body: [] })),
    jobOf(smallModel(), { executor: 'onnx', inputs: { [TABLE_INPUT]: smallTable() } }),
  ]) {
    const whole = await executor.run(job, options);
    assert.equal(whole.stepRoots!.length, 1);
    assert.equal(toHex(rootOf([...whole.stepRoots!])), whole.traceRoot);
    const replay = await executor.replayStep(job, { index: 0 }, options);
    const { exitCode, fuel, rawOutput } = openingOf(whole, ZERO);
    const stateRoot = toHex(whole.stepRoots![0]!);
    assert.deepEqual(stepOutcomeOf(replay), { stateRoot, end: { exitCode, fuel, rawOutput } });
    const from = { state: new Uint8Array(), root: stateRoot };
    await assert.rejects(executor.replayStep(job, { index: 1, from }, options), { code: /^K_STEP_STATE_/ });
  }
});

test('a program of very many steps does not drown the host in news', async () => {
  const job = jobOf(counting(3_000, 1), { limits: { fuel: 1e9 } });
  let told = 0;
  const result = await executor.run(job, { ...options, onProgress: () => told++ });
  assert.equal(result.exitCode, 0);
  assert.equal(result.stepRoots!.length, 3_001);
  assert.ok(told > 0 && told < 1_000, `${told} reports`);
});
