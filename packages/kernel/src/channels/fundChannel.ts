import type { ChannelParams } from '@koinon/chain';
import { type Hex, KoinonError } from '@koinon/protocol';
import type { NodePorts } from '../ports/ports.ts';
import type { ChannelBook } from './channelBook.ts';

/** How many jobs of this price a new channel is opened for: one transaction then serves the next ones too. */
const JOBS_PER_DEPOSIT = 20n;

export interface FundedChannel {
  channel: Hex;
  params: ChannelParams;
  /** The transaction that opened it or topped it up; undefined when it had enough. */
  transaction: Hex | undefined;
}

/**
 * An open channel to the payee that holds at least `amount` beyond what was already promised: the present one, topped
 * up where needed, or a new one. Throws `K_FUNDS` when the account's tokens do not reach.
 */
export async function fundChannel(
  ports: Pick<NodePorts, 'chain' | 'signer' | 'journal'>,
  channels: ChannelBook,
  wanted: { payee: Hex; token: Hex; amount: bigint; coverage: bigint },
): Promise<FundedChannel> {
  const { chain, signer } = ports;
  const { payee, token, amount, coverage } = wanted;
  const payer = signer.address;
  const deposit = amount * JOBS_PER_DEPOSIT;
  for (let number = 1n; ; number++) {
    const params: ChannelParams = { payer, payee, token, signer: payer, number, coverage };
    const channel = chain.escrow.channelId(params);
    const state = await chain.escrow.channel(params);
    if (state.closesAt !== undefined) continue;
    const promised = channels.get(channel)?.cumulativeAmount ?? 0n;
    const isNew = state.deposited === 0n;
    const wasClosed = state.claimed > promised;
    if (wasClosed || (!isNew && state.deposited === state.claimed)) continue;
    channels.open(channel, params);
    if (state.deposited - promised >= amount) return { channel, params, transaction: undefined };
    await bringIn(ports, token, deposit);
    const mined = isNew
      ? await chain.escrow.openChannel(
          { payee, token, number, amount: deposit, coverage },
          { key: `open:${channel}` },
        )
      : await chain.escrow.topUp(params, deposit, { key: `topUp:${channel}:${state.deposited}` });
    ports.journal.note('channel-funded', { channel, payee, deposit, transaction: mined.transaction });
    return { channel, params, transaction: mined.transaction };
  }
}

/** Moves tokens from the account into the escrow until its free balance there covers the deposit. */
async function bringIn(
  ports: Pick<NodePorts, 'chain' | 'signer'>,
  token: Hex,
  deposit: bigint,
): Promise<void> {
  const { chain, signer } = ports;
  const inside = await chain.escrow.balance(token, signer.address);
  if (inside >= deposit) return;
  const missing = deposit - inside;
  const outside = await chain.token.balanceOf(token, signer.address);
  if (outside < missing) {
    throw new KoinonError({
      code: 'K_FUNDS',
      message: `The account ${signer.address} has ${outside} base units of ${token} and needs ${missing}.`,
      fault: 'user',
      data: { token, missing: missing.toString(), available: outside.toString() },
      next: 'Send tokens to the account, then try again.',
    });
  }
  await chain.escrow.deposit(token, missing);
}
