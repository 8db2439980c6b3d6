import type { Hex } from '@koinon/protocol';
import { z } from 'zod';
import type { BlockHead } from '../../port/chain.ts';
import type { Mined } from '../../port/transaction.ts';
import type { Rpc } from './failover.ts';
import { badAnswer, quantity } from './quantity.ts';

const hex = z
  .string()
  .regex(/^0x[0-9a-f]*$/i)
  .transform(text => text.toLowerCase() as Hex);
const hash = hex.refine(text => text.length === 66);
const number = hex.refine(text => text.length > 2 && text.length <= 15).transform(text => Number(text));

const blockSchema = z.object({
  number,
  hash,
  parentHash: hash,
  timestamp: number,
  baseFeePerGas: hex.transform(text => BigInt(text)).optional(),
});
export type Block = z.infer<typeof blockSchema>;

const receiptSchema = z.object({
  transactionHash: hash,
  blockNumber: number,
  blockHash: hash,
  gasUsed: hex.transform(text => BigInt(text)),
  status: hex.optional(),
  contractAddress: hex.nullish(),
  logs: z.array(z.object({ address: hex, topics: z.array(hash), data: hex })),
});
export type TransactionReceipt = z.infer<typeof receiptSchema>;

export const logSchema = z.object({
  address: hex,
  topics: z.array(hash),
  data: hex,
  blockNumber: number,
  blockHash: hash,
  transactionHash: hash,
  logIndex: number,
  removed: z.boolean().optional(),
});
export type Log = z.infer<typeof logSchema>;

export function parseAnswer<T>(schema: z.ZodType<T>, value: unknown, what: string): T {
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw badAnswer(what, parsed.error);
  return parsed.data;
}

/** The block, or undefined where the endpoint has none of that number. */
export async function getBlock(rpc: Rpc, tag: number | 'latest'): Promise<Block | undefined> {
  const value = await rpc.request('eth_getBlockByNumber', [tag === 'latest' ? tag : quantity(tag), false]);
  return value === null ? undefined : parseAnswer(blockSchema, value, 'a block');
}

export async function getReceipt(rpc: Rpc, transaction: Hex): Promise<TransactionReceipt | undefined> {
  const value = await rpc.request('eth_getTransactionReceipt', [transaction]);
  return value === null ? undefined : parseAnswer(receiptSchema, value, 'a transaction receipt');
}

export function headOf(block: Block): BlockHead {
  return { number: block.number, hash: block.hash, timestampSeconds: block.timestamp };
}

export function minedOf(receipt: TransactionReceipt): Mined {
  return {
    transaction: receipt.transactionHash,
    block: receipt.blockNumber,
    blockHash: receipt.blockHash,
    gasUsed: receipt.gasUsed,
  };
}
