import { z } from 'zod';
import { address } from './schema.ts';

/** Where a network is settled: what `koinon deploy` writes and nodes, page and verifiers read. */
export const deploymentSchema = z.strictObject({
  koinon: z.literal('deployment/3'),
  chainId: z.number().int().positive(),
  /** First block that can hold an event of the network. */
  startBlock: z.number().int().nonnegative(),
  token: address,
  nodes: address,
  escrow: address,
  datasets: address,
  models: address,
  beacon: address,
  audits: address,
  court: address,
  names: address,
});
export type Deployment = z.infer<typeof deploymentSchema>;
