import type { ChannelState } from '@koinon/chain';
import type { ChannelAccount, ChannelBook, NodePorts } from '@koinon/kernel';
import {
  equalBytes,
  fromHex,
  type Hex,
  KoinonError,
  type Receipt,
  type Signed,
  verifyStatement,
} from '@koinon/protocol';

/**
 * Takes a voucher that pays one more receipt and returns the channel's total. The same voucher again is fine; one that
 * is for another channel than the order's, pays less, is not covered by the deposit, or names other receipts than ours
 * is refused (`K_VOUCHER_REFUSED`). Two at once must take turns: both would build on the same total.
 */
export async function acceptVoucher(
  ports: Pick<NodePorts, 'chain' | 'deployment' | 'gate' | 'checkpoint' | 'journal'>,
  channels: ChannelBook,
  payment: { voucher: Signed<'Voucher'>; channel: Hex; receipt: Hex; terms: Receipt },
): Promise<{ cumulativeAmount: bigint; isClosing: boolean }> {
  const { voucher, channel, receipt, terms } = payment;
  const { cumulativeAmount } = voucher.message;
  const account = channels.get(channel);
  if (!account || voucher.message.channel !== channel)
    throw refused('its channel is not the one of the order');
  const { recoverSigner } = ports.gate;
  await verifyStatement('Voucher', voucher, ports.deployment, account.params.signer, recoverSigner);
  if (channels.paymentOf(receipt)) return { cumulativeAmount: account.cumulativeAmount, isClosing: false };
  const expected = channels.next(channel, receipt, terms.amount);
  if (cumulativeAmount < expected.cumulativeAmount) {
    throw refused(`the total is ${cumulativeAmount}, and ${expected.cumulativeAmount} is owed`);
  }
  if (!equalBytes(fromHex(voucher.message.receiptsRoot), fromHex(expected.receiptsRoot))) {
    throw refused('it names other receipts than those this node sealed for the channel');
  }
  // A payer that closes may still pay: what it owes can be claimed until the delay has passed.
  const { closesAt } = await requireCovered(ports.chain, account, cumulativeAmount);
  channels.record({ receipt, order: terms.order, amount: terms.amount, voucher });
  ports.journal.note('voucher-accepted', { channel, cumulativeAmount, receipt });
  await ports.checkpoint('voucher-accepted');
  return { cumulativeAmount, isClosing: closesAt !== undefined };
}

/** Throws `K_CHANNEL_CLOSING` once the payer has asked to close, and what `requireCovered` throws. */
export async function requireOpen(
  chain: NodePorts['chain'],
  account: Pick<ChannelAccount, 'params' | 'cumulativeAmount'>,
  totalAmount: bigint,
): Promise<void> {
  const { closesAt } = await requireCovered(chain, account, totalAmount);
  if (closesAt === undefined) return;
  throw new KoinonError({
    code: 'K_CHANNEL_CLOSING',
    message: 'The payer asked to close the channel, so no more work is done on it.',
    fault: 'user',
    next: 'Open another channel.',
  });
}

/**
 * The channel's state, where vouchers up to the total can be claimed from it. Throws `K_CHANNEL_UNCOVERED`, and
 * `K_CHANNEL_CLOSED` where more left the channel than this node was ever paid: it was closed, its deposit is gone, and
 * totals up to what left are worthless even when it is opened again.
 */
async function requireCovered(
  chain: NodePorts['chain'],
  { params, cumulativeAmount }: Pick<ChannelAccount, 'params' | 'cumulativeAmount'>,
  totalAmount: bigint,
): Promise<ChannelState> {
  const state = await chain.escrow.channel(params);
  if (state.claimed > cumulativeAmount) {
    throw new KoinonError({
      code: 'K_CHANNEL_CLOSED',
      message: `The channel was closed: ${state.claimed} left it and this node was paid ${cumulativeAmount}.`,
      fault: 'user',
      next: 'Open a channel with another number.',
    });
  }
  if (state.deposited < totalAmount) {
    throw new KoinonError({
      code: 'K_CHANNEL_UNCOVERED',
      message: `The channel holds ${state.deposited} and ${totalAmount} would be owed.`,
      fault: 'user',
      data: { deposited: state.deposited.toString(), owed: totalAmount.toString() },
      next: 'Top the channel up.',
    });
  }
  return state;
}

function refused(reason: string): KoinonError {
  return new KoinonError({
    code: 'K_VOUCHER_REFUSED',
    message: `Voucher refused: ${reason}.`,
    fault: 'peer',
  });
}
