import { KoinonError } from '@koinon/protocol/errors';
import type { ValueType } from '../wasm/types.ts';

/** Everything the next step can see, beside the manifest. The state root is made of exactly this. */
export interface StepState {
  /** Linear memory, whole pages of 64 KiB. */
  readonly memory: Uint8Array;
  /** Bits of each mutable global in order: one 64-bit word, two for a vector. */
  readonly globals: readonly GlobalBits[];
  /** Bytes drawn from the random stream. */
  readonly randomPosition: bigint;
  /** Nanoseconds that waiting has added to the clock; the rest of it is the manifest's time and fuel. */
  readonly waitedNs: bigint;
  readonly fuelUsed: bigint;
  /** Files under /out by name. */
  readonly outputs: ReadonlyMap<string, Uint8Array>;
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
}

export interface GlobalBits {
  readonly type: ValueType;
  readonly words: readonly bigint[];
}

/** Bytes that are no state, or a state that is not the one expected. */
export function stateMalformed(reason: string): KoinonError {
  return new KoinonError({
    code: 'K_STEP_STATE_MALFORMED',
    message: `These bytes are no state between two steps: ${reason}.`,
    fault: 'peer',
    next: 'Ask another node for the state.',
  });
}

/** A state whose root is not the one the trace has. */
export function stateMismatch(): KoinonError {
  return new KoinonError({
    code: 'K_STEP_STATE_MISMATCH',
    message: 'The state does not have the root it was given for: a step cannot be replayed from it.',
    fault: 'peer',
    next: 'Ask another node for the state.',
  });
}

/** A state, or a step, that the program and its limits can never come to. */
export function stateUnfit(reason: string): KoinonError {
  return new KoinonError({
    code: 'K_STEP_STATE_UNFIT',
    message: `No execution of this manifest can be in that state: ${reason}.`,
    fault: 'peer',
    next: 'Look at the step before: the trace is wrong earlier.',
  });
}
