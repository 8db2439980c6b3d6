import type { Hex } from '@koinon/protocol';

/** Where a transaction ended up. */
export interface Mined {
  transaction: Hex;
  block: number;
  blockHash: Hex;
  gasUsed: bigint;
}

/**
 * `key` makes a transaction happen once: the same account sending again under the same key, even after a restart, gets
 * the first one's result and nothing is sent. Without a key every call is a new transaction.
 */
export interface WriteOptions {
  key?: string;
}
