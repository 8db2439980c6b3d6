import { type Limits, MAX_STEPS } from './profile.ts';
import { concat, uint } from './state/bytes.ts';
import { decodeStepState } from './state/decodeState.ts';
import { stateParts } from './state/encodeState.ts';
import { type StepState, stateMalformed } from './state/stepState.ts';

/** Where an execution stood between two steps, and the way there: what it can go on from. */
export interface Checkpoint {
  /** State roots of all steps so far; the last is that of `state`. */
  readonly stepRoots: readonly Uint8Array[];
  readonly state: StepState;
}

/** Fuel between two checkpoints: seconds of work, so that what a checkpoint costs does not show. */
const CHECKPOINT_FUEL = 1n << 35n;
/** The same for each byte of memory: writing a byte takes as long as 10 to 30 fuel. */
const CHECKPOINT_FUEL_PER_BYTE = 1024n;

export interface CheckpointSink {
  /** Least fuel between two; default `CHECKPOINT_FUEL`, or more where the memory is large. */
  readonly everyFuel?: bigint;
  /** Least number of steps between two; default 1. */
  readonly everySteps?: number;
  /** Shares the program's memory: valid until this returns, or what it returns is settled. */
  take(checkpoint: Checkpoint): void | Promise<void>;
}

/** Says after each step whether a checkpoint is due. */
export class CheckpointSpacing {
  private readonly sink: Pick<CheckpointSink, 'everyFuel' | 'everySteps'>;
  private fuel: bigint;
  private step: number;

  /** `from`: where the execution began. */
  constructor(sink: Pick<CheckpointSink, 'everyFuel' | 'everySteps'>, from: { fuel: bigint; step: number }) {
    this.sink = sink;
    this.fuel = from.fuel;
    this.step = from.step;
  }

  isDue(now: { fuel: bigint; step: number; memoryBytes: number }): boolean {
    const byMemory = BigInt(now.memoryBytes) * CHECKPOINT_FUEL_PER_BYTE;
    const everyFuel = this.sink.everyFuel ?? (byMemory > CHECKPOINT_FUEL ? byMemory : CHECKPOINT_FUEL);
    if (now.fuel - this.fuel < everyFuel || now.step - this.step < (this.sink.everySteps ?? 1)) return false;
    this.fuel = now.fuel;
    this.step = now.step;
    return true;
  }
}

/** The roots (count (4) ‖ 32 bytes each) and the encoded state, in parts to write one after the other. */
export function checkpointParts({ stepRoots, state }: Checkpoint): Uint8Array[] {
  return [concat([uint(stepRoots.length, 4), ...stepRoots]), ...stateParts(state)];
}

/**
 * The checkpoint in those parts joined.
 * @throws KoinonError `K_STEP_STATE_MALFORMED`
 */
export function decodeCheckpoint(
  bytes: Uint8Array,
  limits: Pick<Limits, 'memoryPages' | 'outputBytes'>,
): Checkpoint {
  if (bytes.length < 4) throw stateMalformed('they end too early');
  const count = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
  if (count < 1 || count > MAX_STEPS || bytes.length < 4 + 32 * count)
    throw stateMalformed('the roots of the steps are missing');
  const stepRoots = Array.from({ length: count }, (_, i) => bytes.slice(4 + 32 * i, 36 + 32 * i));
  return { stepRoots, state: decodeStepState(bytes.subarray(4 + 32 * count), limits) };
}
