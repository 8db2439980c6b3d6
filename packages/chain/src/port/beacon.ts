import type { Hex } from '@koinon/protocol';
import type { Mined, WriteOptions } from './transaction.ts';

/** Numbers nobody could know before: block hashes on local chains, drand on real ones. */
export interface Beacon {
  readonly kind: 'block' | 'drand-quicknet';
  /** The first round nobody could know when that block was made. */
  roundAfter(block: number): Promise<bigint>;
  /** The round's value once it is known; waits for it. */
  value(round: bigint, signal?: AbortSignal): Promise<Hex>;
  /** The value if it is known now. */
  known(round: bigint): Promise<Hex | undefined>;
  /** Makes the value stay on chain, as contracts need it. */
  record(round: bigint, options?: WriteOptions): Promise<Mined>;
}
