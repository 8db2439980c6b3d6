import { genTransactionsTrieRoot } from '@ethereumjs/block';
import type { Common } from '@ethereumjs/common';
import { MerklePatriciaTrie } from '@ethereumjs/mpt';
import { RLP } from '@ethereumjs/rlp';
import { Bloom, encodeReceipt, type RunTxResult } from '@ethereumjs/vm';
import { type Hex, toHex } from '@koinon/protocol';
import { NOTHING, type Roots } from './blockHeader.ts';
import type { Sent } from './pool.ts';

/** A transaction and what it came to. */
export interface Executed {
  sent: Sent;
  result: RunTxResult;
}

export interface EvmLog {
  address: Hex;
  topics: Hex[];
  data: Hex;
  logIndex: number;
}

export interface EvmReceipt {
  transaction: Hex;
  succeeded: boolean;
  gasUsed: bigint;
  contract: Hex | undefined;
  logs: EvmLog[];
}

/** The receipts of a block's transactions, its logs counted through. */
export function receiptsOf(executed: readonly Executed[]): EvmReceipt[] {
  let logIndex = 0;
  return executed.map(({ sent, result }) => ({
    transaction: sent.hash,
    succeeded: result.execResult.exceptionError === undefined,
    gasUsed: result.totalGasSpent,
    contract: result.createdAddress?.toString(),
    logs: result.receipt.logs.map(([address, topics, data]) => ({
      ...{ address: toHex(address), topics: topics.map(toHex), data: toHex(data), logIndex: logIndex++ },
    })),
  }));
}

/** What the header of their block says of them. */
export async function rootsOf(executed: readonly Executed[], common: Common): Promise<Omit<Roots, 'state'>> {
  if (executed.length === 0) return NOTHING;
  const bloom = new Bloom(undefined, common);
  const receipts = new MerklePatriciaTrie({ common });
  for (const [i, { sent, result }] of executed.entries()) {
    bloom.or(result.bloom);
    await receipts.put(RLP.encode(i), encodeReceipt(result.receipt, sent.transaction.type));
  }
  return {
    transactions: await genTransactionsTrieRoot(
      executed.map(({ sent }) => sent.transaction),
      new MerklePatriciaTrie({ common }),
    ),
    receipts: receipts.root(),
    bloom: bloom.bitvector,
    gasUsed: executed.reduce((sum, { result }) => sum + result.totalGasSpent, 0n),
  };
}
