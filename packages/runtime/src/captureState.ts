import type { Checkpoint } from './checkpoint.ts';
import { beginAt, type ProgramInput, stepOf } from './run.ts';
import { type StepState, stateUnfit } from './state/stepState.ts';

export interface CaptureInput extends ProgramInput {
  /** The step after which to stop, from 0. */
  readonly stepIndex: number;
  /** A nearer place to begin than the beginning: the state after an earlier step, or this one. */
  readonly resumeFrom?: Checkpoint;
}

/**
 * Runs to the end of one step and gives where it left the program, with the roots up to there: what an accuser
 * serves so that others replay the next step.
 * @throws KoinonError `K_STEP_STATE_UNFIT` where the execution ends before that step, and as `run`
 */
export async function captureState(input: CaptureInput): Promise<Checkpoint & { state: StepState }> {
  const { stepIndex, resumeFrom } = input;
  const stepRoots = [...(resumeFrom?.stepRoots ?? [])];
  const execution = await beginAt(input, resumeFrom);
  if (!Number.isInteger(stepIndex) || stepIndex < Math.max(0, stepRoots.length - 1))
    throw stateUnfit(`step ${stepIndex} is not there, or behind where to begin`);
  while (stepRoots.length <= stepIndex) {
    const { root, exitCode } = stepOf(await execution.step(), stepRoots.length);
    stepRoots.push(root);
    if (exitCode !== undefined && stepRoots.length <= stepIndex)
      throw stateUnfit(`the execution ends with step ${stepRoots.length - 1}`);
  }
  return { stepRoots, state: execution.state() };
}
