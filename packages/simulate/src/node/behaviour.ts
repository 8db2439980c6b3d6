import type { Hex } from '@koinon/protocol';
import { type Execution, execute } from '../engine/program.ts';
import type { SimNode } from './simNode.ts';
import type { World } from './world.ts';

export interface Job {
  manifest: Hex;
  order: Hex;
  /** Both parties agreed that the answer be false. */
  isPlanted: boolean;
  isPrivate: boolean;
}

/** How an auditor comes to its report. */
export type AuditManner = 'replay' | 'agree' | 'copy';

/**
 * Everything a node can do otherwise than an honest one. A cheater replaces a few of these; the rest of it, and all of the
 * protocol around it, is the honest node.
 */
export interface Behaviour {
  /** What the provider says the manifest came to. */
  execute(job: Job, node: SimNode): Execution;
  /** Orders it takes at a time, relative to others. */
  slots: number;
  /** Whether a receipt goes into the log it anchors: `yes`, not at all, or replaced there by something else. */
  logs: 'yes' | 'omits' | 'forks';
  /** Chooses the leaf's salt; a grinder tries many. */
  leafSalt(receipt: Hex, node: SimNode): Hex | Promise<Hex>;
  servesTrace: boolean;
  answersDemands: boolean;
  /** How it audits that provider. */
  audits(provider: Hex): AuditManner;
  /** The outcome it votes, of what it found right and what the accused claims. */
  votes(accused: Hex, right: Hex, claimed: Hex): Hex;
  opensVotes: boolean;
  /** Whether it does anything in court about disputes it is a party of. */
  moves: boolean;
  /** Further mischief, once a round. */
  misbehave?(node: SimNode, world: World): Promise<void>;
}

/** The node everybody else is compared with. */
export function honest(): Behaviour {
  return {
    execute: ({ manifest }) => execute(manifest),
    slots: 1,
    logs: 'yes',
    leafSalt: (_, node) => node.random.bytes32(),
    servesTrace: true,
    answersDemands: true,
    audits: () => 'replay',
    votes: (_, right) => right,
    opensVotes: true,
    moves: true,
  };
}
