import { MAX_STEPS } from './profile.ts';
import { beginAt, outputsOf, type ProgramInput, stepOf } from './run.ts';
import { type StepState, stateUnfit } from './state/stepState.ts';

export interface ReplayStepInput extends ProgramInput {
  /** 0 is `_start`; every later one is a call of `step`. */
  readonly stepIndex: number;
  /** Where the step before left the program; for every step but 0. Must stay as it is until the replay is over. */
  readonly from?: StepState;
  /** The state root `from` must have: the one the trace has for the step before. */
  readonly fromRoot?: Uint8Array;
}

/** What one step came to, with what a vote on it is made of. */
export interface StepReplay {
  readonly stateRoot: Uint8Array;
  /** Whether the execution ends with this step. The rest is a result only then. */
  readonly isLast: boolean;
  /** 0 unless it is the last. */
  readonly exitCode: number;
  /** Fuel of all steps up to this one. */
  readonly fuelUsed: bigint;
  /** Files under /out as the execution would give them; empty unless it is the last. */
  readonly outputs: Map<string, Uint8Array>;
  readonly trap?: string;
  /** Where it left the program. */
  readonly state: StepState;
}

/**
 * Runs one step alone. Its root is the one the same step has in a whole run.
 * @throws KoinonError `K_STEP_STATE_MISMATCH` where `from` does not have `fromRoot`, `K_STEP_STATE_UNFIT` where no
 * execution of this input can be in it; `K_MODULE_REFUSED`, `K_RUN_INPUT`, `K_RUNTIME_HOST` as `run`.
 */
export async function replayStep(input: ReplayStepInput): Promise<StepReplay> {
  const { stepIndex, from, fromRoot } = input;
  if (!Number.isInteger(stepIndex) || stepIndex < 0 || stepIndex >= MAX_STEPS)
    throw stateUnfit(`there is no step ${stepIndex}`);
  if (stepIndex > 0 && (from === undefined || fromRoot === undefined))
    throw stateUnfit(`step ${stepIndex} needs the state before it, and its root`);
  if (stepIndex === 0 && from !== undefined) throw stateUnfit('step 0 begins from nothing');
  const start = from === undefined ? undefined : { stepRoots: [fromRoot!], state: from };
  const execution = await beginAt(input, start);
  const { root, fuelUsed, exitCode, trap } = stepOf(await execution.step(true), stepIndex);
  const state = execution.state();
  return {
    stateRoot: root,
    isLast: exitCode !== undefined,
    exitCode: exitCode ?? 0,
    fuelUsed,
    outputs: exitCode === undefined ? new Map() : outputsOf(exitCode, state),
    ...(trap === undefined ? {} : { trap }),
    state,
  };
}
