import { hash } from 'node:crypto';
import { closeSync, fsyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  checkpointParts,
  encodeStepState,
  type ProgramInput,
  replayStep,
  run,
  type StepState,
} from '../src/index.ts';
import { decodeStepState } from '../src/state/decodeState.ts';
import { compileKernel } from './compileKernel.ts';
import { logisticInput } from './logisticInput.ts';
import { STEPPING } from './steppingKernels.ts';
import { untraced } from './untraced.ts';

const ROUNDS = 5;
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
    const best = { plain: Infinity, traced: Infinity, step: Infinity, replay: Infinity };
    const best2 = { steps: 0, written: 0, pages: 0 };
    for (let round = 0; round < ROUNDS; round++) {
      best.plain = Math.min(best.plain, await untraced(input));
      const { ms, steps, written } = await traced(input, join(folder, 'checkpoint'));
      best.traced = Math.min(best.traced, ms);
      best2.steps = steps;
      best2.written = written;
    }
    const { middle, pages } = await middleStep(input);
    for (let round = 0; round < ROUNDS; round++) {
      const { step, replay } = await middle();
      best.step = Math.min(best.step, step);
      best.replay = Math.min(best.replay, replay);
    }
    rows.push({
      program,
      steps: best2.steps,
      'memory MB': Math.round((pages * 65536) / 1e6),
      'untraced ms': Math.round(best.plain),
      'traced ms': Math.round(best.traced),
      'trace costs': `${((best.traced / best.plain - 1) * 100).toFixed(1)} %`,
      'checkpoints written': best2.written,
      'one step in the run, ms': best.step.toFixed(0),
      'replayed alone, ms': best.replay.toFixed(0),
    });
  }
  rmSync(folder, { recursive: true, force: true });
  return {
    title:
      'State roots after every step and checkpoints at their default spacing, against the same run without',
    rows,
    note: `Aim: below 5 %. Least of ${ROUNDS} alternating runs. A checkpoint is written and synced before the program goes on.`,
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
  return [
    [
      'tabular-logistic, 50,000 rows, 20 columns, 300 iterations',
      table(50_000, 20, { l2: 0, maxIterations: 300, tolerance: 1e-12 }),
    ],
    ['tabular-logistic, 200,000 rows, 20 columns', table(200_000, 20, { tolerance: 1e-9 })],
    ['bytecode interpreter over 64 MB', await kernel(STEPPING['interpreter'])],
    ['stores all over 64 MB', await kernel(STEPPING['stores'])],
  ];
}

async function traced(
  input: ProgramInput,
  file: string,
): Promise<{ ms: number; steps: number; written: number }> {
  let written = 0;
  const began = performance.now();
  const { stepRoots } = await run({
    ...input,
    checkpoints: {
      take: checkpoint => {
        const handle = openSync(file, 'w', 0o600);
        for (const part of checkpointParts(checkpoint)) writeSync(handle, part);
        fsyncSync(handle);
        closeSync(handle);
        written++;
      },
    },
  });
  return { ms: performance.now() - began, steps: stepRoots.length, written };
}

/** One step from the middle of the run: what it takes there, its root included, and from its encoded state alone. */
async function middleStep(input: ProgramInput) {
  const { stepRoots } = await run(input);
  const stepIndex = stepRoots.length >> 1;
  let bytes = new Uint8Array();
  let pages = 0;
  const keep = (state: StepState) => {
    bytes = encodeStepState(state);
    pages = state.memory.length / 65536;
  };
  await run({ ...input, onStep: ({ step, state }) => step === stepIndex - 1 && keep(state()) });
  const middle = async () => {
    let before = 0;
    let step = 0;
    await run({
      ...input,
      onStep: ({ step: index }) => {
        if (index === stepIndex - 1) before = performance.now();
        if (index === stepIndex) step = performance.now() - before;
      },
    });
    const began = performance.now();
    const from = decodeStepState(bytes, input.limits);
    await replayStep({ ...input, stepIndex, from, fromRoot: stepRoots[stepIndex - 1]! });
    return { step, replay: performance.now() - began };
  };
  return { middle, pages };
}
