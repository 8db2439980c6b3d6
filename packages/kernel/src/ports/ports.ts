import type { Chain } from '@koinon/chain';
import type { CheckpointStore, ExecutionResult, Executor } from '@koinon/executors/port';
import type { Network } from '@koinon/network';
import type { Deployment, Hex, StatementSigner } from '@koinon/protocol';
import type { Store } from '@koinon/store';
import type { Clock } from './clock.ts';
import type { Gate } from './gate.ts';

/** 32 fresh bytes nobody can guess. */
export type Random32 = () => Uint8Array;

/** What happens in a node, for people and for metrics; never a secret, never a row of data. */
export interface Journal {
  note(event: string, facts?: Record<string, unknown>): void;
}

/**
 * Called between two durable writes of a job, by name. Nothing in production; a test kills the node here to show that
 * it starts again without losing or contradicting anything.
 */
export type Checkpoint = (step: CheckpointStep) => Promise<void> | void;
export const jobSteps = [
  'order-accepted',
  'execution-done',
  'result-stored',
  'receipt-sealed',
  'log-anchored',
  'audit-reported',
  'voucher-signed',
  'voucher-accepted',
] as const;
/** The same for what a node does before the court. */
export const courtSteps = [
  'dispute-accused',
  'vote-sealed',
  'vote-opened',
  'dispute-resolved',
  'demand-answered',
] as const;
/** The same for what is done to be paid for audits. */
const paySteps = ['audit-paid'] as const;
export const checkpointSteps = [...jobSteps, ...courtSteps, ...paySteps] as const;
export type JobStep = (typeof jobSteps)[number];
export type CheckpointStep = (typeof checkpointSteps)[number];

/** Everything a node's services touch outside themselves. Handed in, so that a whole network fits one process. */
export interface NodePorts {
  clock: Clock;
  random: Random32;
  chain: Chain;
  network: Network;
  store: Store;
  executor: Executor;
  gate: Gate;
  /** Where an interrupted job's state is kept, by the digest of its order; without it every job begins anew. */
  checkpointsOf?: ((order: Hex) => CheckpointStore) | undefined;
  /** How this node lies about what its jobs came to. Nothing in production; a test shows that it loses its stake. */
  alterResult?: ((result: ExecutionResult) => ExecutionResult) | undefined;
  signer: StatementSigner;
  deployment: Deployment;
  journal: Journal;
  checkpoint: Checkpoint;
}
