import {
  decodeManifest,
  fileList,
  fileListDigest,
  fromHex,
  type Hex,
  rootOf,
  stepOutcomeDigest,
  toHex,
} from '@koinon/protocol';
import type { Told } from './answers.ts';
import { fetchNamed } from './nodeSources.ts';
import type { Questions, StepAnswer } from './questions.ts';
import { programInput, type ReplayedJob, replayJob } from './replayJob.ts';

/**
 * Runs a public job to a step, then that step alone, as a juror does. Program and inputs are held to their names. Throws
 * where the job is private, has no such step, or this browser cannot run it.
 */
export async function replayStepHere(
  { manifest: cid, index, roots, trace }: Questions['step']['args'],
  { note }: Told,
): Promise<StepAnswer> {
  const manifest = decodeManifest(await fetchNamed(cid));
  const inputs = new Map<string, Uint8Array>();
  for (const { name, source } of manifest.inputs) {
    if (!('cid' in source)) throw new Error('the work is on private rows, which nobody here may see.');
    inputs.set(name, await fetchNamed(source.cid));
  }
  const job: ReplayedJob = { manifest, program: await fetchNamed(manifest.program), inputs };
  const step = manifest.executor === 'onnx' ? await onlyStep(job, index) : await oneStep(job, index, note);
  const isBound = roots !== undefined && trace !== undefined && traceOf(roots) === trace;
  const committedRoot = isBound ? roots[index] : undefined;
  return { ...step, ...(committedRoot === undefined ? {} : { committedRoot }) };
}

async function oneStep(job: ReplayedJob, index: number, note: Told['note']): Promise<StepAnswer> {
  const { captureState, replayStep } = await import('@koinon/runtime');
  const input = programInput(job);
  if (index > 0) note(`Running the ${index} steps before it …`);
  const before = index === 0 ? undefined : await captureState({ ...input, stepIndex: index - 1 });
  note(`Replaying step ${index} alone …`);
  const { stateRoot, isLast, exitCode, fuelUsed, outputs } = await replayStep({
    ...input,
    stepIndex: index,
    ...(before === undefined ? {} : { from: before.state, fromRoot: before.stepRoots.at(-1)! }),
  });
  return answerOf(toHex(stateRoot), isLast, exitCode, fuelUsed, outputs);
}

/** A prediction is one step: all of it. */
async function onlyStep(job: ReplayedJob, index: number): Promise<StepAnswer> {
  if (index !== 0) throw new Error('this work has one step only.');
  const { onnxStateRoot } = await import('@koinon/executors/onnx');
  const { exitCode, fuel, outputs } = await replayJob(job);
  return answerOf(onnxStateRoot(outputs), true, exitCode, fuel, outputs);
}

function answerOf(
  stateRoot: Hex,
  isLast: boolean,
  exitCode: number,
  fuel: bigint,
  outputs: Map<string, Uint8Array>,
): StepAnswer {
  const end = { exitCode, fuel, rawOutput: fileListDigest(fileList(outputs)) };
  const outcome = stepOutcomeDigest(isLast ? { stateRoot, end } : { stateRoot });
  return { outcome, stateRoot, isLast, exitCode, fuel: fuel.toString() };
}

function traceOf(roots: readonly Hex[]): Hex {
  return toHex(rootOf(roots.map(fromHex)));
}
