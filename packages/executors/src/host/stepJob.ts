import { type Hex, KoinonError, toHex } from '@koinon/protocol';
import type { CapturedState, ExecutionJob, StepOptions, StepRequest, StepResult } from '../executor.ts';
import type { CaptureHeader, ReplayHeader } from '../worker/headers.ts';
import { requireAnswer } from './answer.ts';
import type { ChildProgram } from './command.ts';
import { hostGarbled } from './failures.ts';
import { withJobChild } from './jobChild.ts';
import { runJob, splitRoots } from './runJob.ts';
import type { Sandbox } from './sandbox.ts';

const PAGE_BYTES = 65_536;
/** What an encoded state holds beside pages and outputs at most: globals, names, sizes. */
const STATE_FRAME_BYTES = 2 ** 20;

/** One step in one child. */
export async function replayStepJob(
  sandbox: Sandbox,
  program: ChildProgram,
  job: ExecutionJob,
  step: StepRequest,
  options: StepOptions,
): Promise<StepResult> {
  if (job.manifest.executor === 'onnx') return replayOnnx(sandbox, program, job, step, options);
  const startedAt = performance.now();
  const { from, index } = step;
  const kind: Pick<ReplayHeader, 'kind' | 'stepIndex' | 'fromRoot'> = {
    kind: 'replay',
    stepIndex: index,
    ...(from ? { fromRoot: from.root } : {}),
  };
  const question = { header: { ...kind }, ...(from ? { extra: from.state } : {}), moreBytes: 0 };
  return withJobChild(sandbox, program, job, question, options, async child => {
    const { files, header } = await child.next();
    const answer = requireAnswer({ files, header }, options.maxMemoryBytes);
    if (answer.kind !== 'step') throw hostGarbled(`"${answer.kind}" is not for a step`);
    const { stateRoot, isLast, exitCode, fuel, names, trap } = answer;
    if (files.length !== names.length || new Set(names).size !== names.length)
      throw hostGarbled('its files do not match their names');
    if (fuel > BigInt(job.manifest.limits.fuel)) throw hostGarbled('more fuel than the limit');
    return {
      ...{ stateRoot, isLast, exitCode, fuel },
      outputs: new Map(names.map((name, i) => [name, files[i]!])),
      ...(trap === undefined ? {} : { trap }),
      wallMs: performance.now() - startedAt,
      sandbox: sandbox.kind,
    };
  });
}

/** An ONNX job is one step. */
async function replayOnnx(
  sandbox: Sandbox,
  program: ChildProgram,
  job: ExecutionJob,
  { index, from }: StepRequest,
  options: StepOptions,
): Promise<StepResult> {
  if (index !== 0 || from) throw noSuchStep(index);
  const result = await runJob(sandbox, program, job, options);
  const { exitCode, fuel, outputs, trap, wallMs } = result;
  const stateRoot = toHex(result.stepRoots![0]!);
  return {
    ...{ stateRoot, isLast: true, exitCode, fuel, outputs, wallMs },
    sandbox: sandbox.kind,
    ...(trap === undefined ? {} : { trap }),
  };
}

/** Runs to the end of a step and gives its state. */
export async function captureStateJob(
  sandbox: Sandbox,
  program: ChildProgram,
  job: ExecutionJob,
  stepIndex: number,
  options: StepOptions,
): Promise<CapturedState> {
  if (job.manifest.executor === 'onnx') throw noSuchStep(stepIndex + 1);
  const kind: Pick<CaptureHeader, 'kind' | 'stepIndex'> = { kind: 'capture', stepIndex };
  const moreBytes = job.manifest.limits.memoryPages * PAGE_BYTES + STATE_FRAME_BYTES;
  return withJobChild(sandbox, program, job, { header: { ...kind }, moreBytes }, options, async child => {
    const { files, header } = await child.next();
    const answer = requireAnswer({ files, header }, options.maxMemoryBytes);
    if (answer.kind !== 'state' || files.length !== 2)
      throw hostGarbled(`"${answer.kind}" is not for a state`);
    const stepRoots = splitRoots(files[0]!);
    if (stepRoots.length !== stepIndex + 1) throw hostGarbled('roots of other steps');
    const stateRoot: Hex = toHex(stepRoots.at(-1)!);
    return { stateRoot, stepRoots, state: files[1]! };
  });
}

function noSuchStep(index: number): KoinonError {
  return new KoinonError({
    code: 'K_STEP_STATE_UNFIT',
    message: `There is no step ${index}, nor a state that it begins from: a job of an ONNX model is one step.`,
    fault: 'peer',
  });
}
