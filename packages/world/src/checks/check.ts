import type { Chain } from '@koinon/chain';
import type { Hex } from '@koinon/protocol';
import type { NodePlan, World } from '../world.ts';
import type { History } from './history.ts';

/** What did not hold. */
export interface Broken {
  checker: string;
  /** Who or what it is about, by name. */
  subject: string;
  what: string;
}

/** What checkers look at: a world in which everything has ended that can. */
export interface Evidence {
  world: World;
  /** Reads the chain afresh, with nothing that a node kept. */
  reader: Chain;
  plans: readonly NodePlan[];
  /** The one that lied, if anybody did. */
  cheat: string | undefined;
  history: History;
  /** Studies that were begun, by the ids their requester was given. */
  begun: readonly string[];
}

/** A sentence that holds in every world, and what breaks it. */
export type Check = (evidence: Evidence) => Promise<Broken[]>;

export function nameOf({ plans, world }: Evidence, operator: Hex): string {
  return plans.find(({ name }) => world.operatorOf(name) === operator)?.name ?? operator;
}
