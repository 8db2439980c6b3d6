import { hash } from 'node:crypto';
import { closeSync, fsyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import {
  type Checkpoint,
  checkpointParts,
  decodeStepState,
  encodeStepState,
  type ProgramInput,
  run,
} from '../src/index.ts';
import { beginAt } from '../src/run.ts';
import { MemoryTree } from '../src/state/memoryTree.ts';
import { compileKernel } from './compileKernel.ts';
import { logisticInput } from './logisticInput.ts';
import { STEPPING } from './steppingKernels.ts';
import { untraced } from './untraced.ts';

const ROUNDS = 3;
const LIMITS = {
  fuel: 1n << 50n,
  stepFuel: 1n << 40n,
  memoryPages: 16384,
  callDepth: 1000,
  outputBytes: 1 << 24,
};
const NATIVE = {
  hash: (bytes: Uint8Array) => hash('sha256', bytes, 'buffer'),
  isSame: (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) === 0,
};

/** What a trace with checkpoints costs: the same run with and without, in turns; and one step alone. */
export default async function bench(): Promise<{
  title: string;
  rows: Record<string, string | number>[];
  note: string;
}> {
  const folder = mkdtempSync(join(tmpdir(), 'koinon-bench-'));
  const rows: Record<string, string | number>[] = [];
  for (const [program, input] of await programs()) {
    const best = { plain: Infinity, traced: Infinity };
    let share = Infinity;
    let seen = { steps: 0, written: 0, bytes: 0 };
    for (let round = 0; round < ROUNDS; round++) {
      best.plain = Math.min(best.plain, await untraced(input));
      const { ms, tracing, ...rest } = await traced(input, join(folder, 'checkpoint'));
      best.traced = Math.min(best.traced, ms);
      share = Math.min(share, tracing / (ms - tracing));
      seen = rest;
    }
    const step = await oneStep(input, seen.steps >> 1);
    rows.push({
      program,
      steps: seen.steps,
      'memory MB': Math.round(seen.bytes / 1e6),
      'untraced ms': Math.round(best.plain),
      'traced ms': Math.round(best.traced),
      'roots and checkpoints': `${(share * 100).toFixed(1)} %`,
      'traced / untraced': (best.traced / best.plain).toFixed(3),
      checkpoints: seen.written,
      'a step in the run, ms': Math.round(step.inRun),
      'replayed, ms': Math.round(step.replayed),
      ratio: (step.replayed / step.inRun).toFixed(2),
      'to load and check its state, ms': Math.round(step.loading),
    });
  }
  rmSync(folder, { recursive: true, force: true });
  return {
    title:
      'State roots after every step and checkpoints at their default spacing, against the same run without',
    rows,
    note: `Aim: below 5 %, and a ratio of 1. The share of roots and checkpoints is measured inside the run, so it does not suffer from other work on the machine as the quotient of two runs does. Least of ${ROUNDS} alternating runs; a checkpoint is written and synced before the program goes on.`,
  };
}

async function programs(): Promise<[string, ProgramInput][]> {
  const rest = { limits: LIMITS, seed: new Uint8Array(32), timeMs: 0n, ...NATIVE };
  const table = (rows: number, columns: number, params: object) => ({
    ...logisticInput(rows, columns, params),
    ...rest,
  });
  const kernel = async (source: string) => ({
    module: await compileKernel(source),
    files: new Map<string, Uint8Array>(),
    params: new Uint8Array(),
    ...rest,
  });
  const precise = { l2: 0.001, tolerance: 1e-12, maxIterations: 400 };
  return [
    ['tabular-logistic, 50,000 rows, 20 columns', table(50_000, 20, precise)],
    ['tabular-logistic, 200,000 rows, 20 columns', table(200_000, 20, precise)],
    ['interpreter over 64 MB', await kernel(STEPPING.interpreter)],
    ['stores to every page of 64 MB', await kernel(STEPPING.stores)],
  ];
}

async function traced(input: ProgramInput, file: string) {
  let written = 0;
  let bytes = 0;
  const clock = new Clock();
  const began = performance.now();
  const { stepRoots } = await run({
    ...input,
    onStep: ({ state }) => {
      bytes = state().memory.length;
    },
    checkpoints: {
      take: clock.around((checkpoint: Checkpoint) => {
        const handle = openSync(file, 'w', 0o600);
        for (const part of checkpointParts(checkpoint)) writeSync(handle, part);
        fsyncSync(handle);
        closeSync(handle);
        written++;
      }),
    },
  });
  const ms = performance.now() - began;
  clock.stop();
  return { ms, tracing: clock.ms, steps: stepRoots.length, written, bytes };
}

/** Milliseconds spent on state roots, and in what it is put around. */
class Clock {
  ms = 0;
  private readonly root = MemoryTree.prototype.root;

  constructor() {
    const { root } = this;
    const clock = this;
    MemoryTree.prototype.root = function (...args) {
      return clock.around(root).apply(this, args);
    };
  }

  around<This, Args extends unknown[], Result>(
    action: (this: This, ...args: Args) => Result,
  ): (this: This, ...args: Args) => Result {
    const clock = this;
    return function (...args) {
      const began = performance.now();
      try {
        return action.apply(this, args);
      } finally {
        clock.ms += performance.now() - began;
      }
    };
  }

  stop(): void {
    MemoryTree.prototype.root = this.root;
  }
}

/** What one step takes in the run and from its encoded state alone, its root included both times. */
async function oneStep(input: ProgramInput, index: number) {
  const least = { inRun: Infinity, replayed: Infinity, loading: Infinity };
  // As the sandbox does for single steps: every function is compiled once, by the optimising compiler, when it is called.
  let bytes = new Uint8Array();
  let root = new Uint8Array();
  for (let round = 0; round < ROUNDS; round++) {
    let before = 0;
    await run({
      ...input,
      onStep: ({ step, root: reached, state }) => {
        if (step === index) least.inRun = Math.min(least.inRun, performance.now() - before);
        if (step !== index - 1) return;
        if (round === 0) bytes = encodeStepState(state());
        root = new Uint8Array(reached);
        before = performance.now();
      },
    });
    setFlagsFromString('--no-liftoff');
    setFlagsFromString('--wasm-lazy-compilation');
    const began = performance.now();
    const state = decodeStepState(bytes, input.limits);
    const execution = await beginAt(input, { stepRoots: [root], state });
    const loaded = performance.now();
    await execution.step(true);
    least.loading = Math.min(least.loading, loaded - began);
    least.replayed = Math.min(least.replayed, performance.now() - loaded);
    setFlagsFromString('--liftoff');
    setFlagsFromString('--no-wasm-lazy-compilation');
  }
  return least;
}
