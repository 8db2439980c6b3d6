import { type Hex, schema } from '@koinon/protocol';
import { z } from 'zod';
import type { Log } from '../rpc/answers.ts';

const blockNumber = z.number().int().nonnegative();

/** A log as the index keeps it for whoever decodes it. */
const askedLogSchema = z.object({
  topics: z.array(schema.bytes32),
  data: schema.hex,
  block: blockNumber,
  blockHash: schema.bytes32,
  transaction: schema.bytes32,
});
export type AskedLog = z.infer<typeof askedLogSchema>;

/** One event of one contract that somebody asked for, and everything there was of it. */
export const askedSchema = z.object({
  address: schema.address,
  topic: schema.bytes32,
  /** Its name. */
  event: z.string(),
  logs: z.array(askedLogSchema),
});
export type Asked = z.infer<typeof askedSchema>;

export function keyOf(address: string, topic: string | undefined): string {
  return `${address}.${topic}`;
}

export function askedLogOf({ topics, data, blockNumber: block, blockHash, transactionHash }: Log): AskedLog {
  return { topics, data: data as Hex, block, blockHash, transaction: transactionHash };
}
