import type { Hex, Signed } from '@koinon/protocol';
import type { Mined, WriteOptions } from './transaction.ts';

/** What the id of a channel is made of. */
export interface ChannelParams {
  payer: Hex;
  payee: Hex;
  token: Hex;
  /** The plain key that signs the vouchers. */
  signer: Hex;
  number: bigint;
  /**
   * Assurance asked for: KOIN base units of free stake the payee must hold for every 10^18 base units of `token` it has
   * claimed and that have not matured; 0 for none.
   */
  coverage: bigint;
}

export interface ChannelState {
  /** Everything ever put in, base units. */
  deposited: bigint;
  /** Everything claimed or given back, never resets: vouchers up to here are worthless. */
  claimed: bigint;
  /** Unix seconds from which the payer may close; undefined while closing was not asked for. */
  closesAt: number | undefined;
}

export interface OpenChannel {
  payee: Hex;
  token: Hex;
  /** Defaults to the sending account. */
  signer?: Hex;
  number: bigint;
  amount: bigint;
  /** See `ChannelParams`; 0 by default. */
  coverage?: bigint;
}

export interface ClaimOutcome extends Mined {
  /** Base units this claim moved, after the caps. */
  claimed: bigint;
}

/** Two windows' worth; what is older matures first. */
export interface MaturingClaims {
  older: bigint;
  newer: bigint;
  /** Unix seconds at which `older` joins the balance; `newer` does one challenge window later. */
  olderMaturesAt: number;
}

export interface Escrow {
  /** Free base units of the account inside the escrow. */
  balance(token: Hex, account: Hex): Promise<bigint>;
  /** Moves tokens in: with a permit where the token has one, by allowance otherwise. */
  deposit(token: Hex, amount: bigint, options?: WriteOptions): Promise<Mined>;
  withdraw(token: Hex, amount: bigint, options?: WriteOptions): Promise<Mined>;
  openChannel(
    channel: OpenChannel,
    options?: WriteOptions,
  ): Promise<Mined & { channel: Hex; params: ChannelParams }>;
  channelId(params: ChannelParams): Hex;
  channel(params: ChannelParams): Promise<ChannelState>;
  topUp(params: ChannelParams, amount: bigint, options?: WriteOptions): Promise<Mined>;
  claim(params: ChannelParams, voucher: Signed<'Voucher'>, options?: WriteOptions): Promise<ClaimOutcome>;
  /** Vouchers that bring nothing or exceed their deposit are skipped. */
  claimMany(
    claims: readonly { params: ChannelParams; voucher: Signed<'Voucher'> }[],
    options?: WriteOptions,
  ): Promise<ClaimOutcome>;
  /** By the payer; the payee then has the close delay to claim. */
  requestClose(params: ChannelParams, options?: WriteOptions): Promise<Mined>;
  /** By the payee at any time, by anybody once due: what is left goes back to the payer's balance. */
  close(params: ChannelParams, options?: WriteOptions): Promise<Mined>;
  /** What the payee has claimed and can still lose; it joins the balance by itself after one to two windows. */
  maturing(token: Hex, payee: Hex): Promise<MaturingClaims>;
  /** KOIN of free stake that the payee's maturing claims ask for. */
  exposure(payee: Hex): Promise<bigint>;
  /** Channels ever opened by or to the account, oldest first. */
  channels(party: { payer?: Hex; payee?: Hex }): Promise<{ channel: Hex; params: ChannelParams }[]>;
}
