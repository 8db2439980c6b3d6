import { type Hex, keySigner, type StatementSigner } from '@koinon/protocol';
import type { AuditOptions, CourtOptions } from '../deployment/courtTerms.ts';
import { devAccount } from '../devnet/devAccounts.ts';
import type { Chain } from '../port/chain.ts';

/** One chain with several accounts, whatever carries it. Account 0 holds the whole supply of KOIN. */
export interface World {
  /** The chain as account `i` sees it. */
  as(i: number): Chain;
  account(i: number): Hex;
  signer(i: number): StatementSigner;
  /** Moves the chain's time. */
  advance(seconds: number): Promise<void>;
  close(): Promise<void>;
}

export interface WorldOptions {
  accounts?: number;
  court?: CourtOptions;
  audits?: AuditOptions;
}

/** Accounts of a world. */
export const ACCOUNTS = 4;
export const CHALLENGE_WINDOW_SECONDS = 1_000;

/** Private keys of the first accounts, and what signs with them. */
export function accountsOf({ accounts = ACCOUNTS }: WorldOptions): {
  keys: Hex[];
  signers: StatementSigner[];
} {
  const keys = Array.from({ length: accounts }, (_, i) => devAccount(i).privateKey);
  return { keys, signers: keys.map(keySigner) };
}

/** Moves the chain's time to `seconds` (unix) if it is not there yet, so that a window that ends then is over. */
export async function advanceTo(world: World, seconds: number): Promise<void> {
  const { timestampSeconds } = await world.as(0).block('latest');
  if (timestampSeconds < seconds) await world.advance(seconds - timestampSeconds);
}
