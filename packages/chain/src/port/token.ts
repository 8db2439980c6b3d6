import type { Hex } from '@koinon/protocol';
import type { Mined, WriteOptions } from './transaction.ts';

export interface Token {
  balanceOf(token: Hex, account: Hex): Promise<bigint>;
  allowance(token: Hex, owner: Hex, spender: Hex): Promise<bigint>;
  transfer(token: Hex, to: Hex, amount: bigint, options?: WriteOptions): Promise<Mined>;
  approve(token: Hex, spender: Hex, amount: bigint, options?: WriteOptions): Promise<Mined>;
  /** The chain's own coin, wei: what gas is paid with. */
  balanceWei(account: Hex): Promise<bigint>;
}
