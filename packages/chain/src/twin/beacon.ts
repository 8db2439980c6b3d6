import type { Hex } from '@koinon/protocol';
import { refusal } from '../evm/transactions/revert.ts';
import type { Beacon } from '../port/beacon.ts';
import type { Ledger } from './ledger.ts';

/** The beacon as other contracts of the twin see it. */
export interface BeaconBook {
  roundAfter(block: number): bigint;
  /** The value of a round as a transaction of block `atBlock` sees it; refuses with RoundUnknown. */
  valueOf(round: bigint, atBlock: number, doing: string): Hex;
  of(account: Hex): Beacon;
}

/** The rules of BlockBeacon.sol: a block's hash is the value of the round of its number. The twin forgets no block. */
export function memoryBeacon(ledger: Ledger): BeaconBook {
  function valueAt(round: bigint, atBlock: number, doing: string): Hex {
    const found = round < BigInt(atBlock) ? ledger.block(Number(round)) : undefined;
    if (found === undefined) throw refusal('RoundUnknown', { round }, doing);
    return found.hash;
  }
  const roundAfter = (block: number) => BigInt(block) + 1n;
  return {
    roundAfter,
    valueOf: valueAt,
    of: account => ({
      kind: 'block',
      roundAfter: async block => roundAfter(block),
      value: async (round, signal) => (await ledger.waitFor(Number(round), signal)).hash,
      known: async round => ledger.block(Number(round))?.hash,
      record: (round, options) =>
        ledger.run(account, options, ({ block }) => void valueAt(round, block, 'recording the round')),
    }),
  };
}
