import type { Hex, StatementSigner } from '@koinon/protocol';
import { keySigner } from '@koinon/protocol';
import type { Chain } from '../interfaces.ts';
import { devAccount } from '../local/devAccounts.ts';

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

/** Accounts of a world. */
export const ACCOUNTS = 4;
export const CHALLENGE_WINDOW_SECONDS = 1_000;

export const keys: readonly Hex[] = Array.from({ length: ACCOUNTS }, (_, i) => devAccount(i).privateKey);
export const signers: readonly StatementSigner[] = keys.map(keySigner);
