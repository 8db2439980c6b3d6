import type { ChannelParams } from '@koinon/chain';
import {
  equalBytes,
  fromHex,
  type Hex,
  KoinonError,
  type Receipt,
  type Signed,
  verifyStatement,
} from '@koinon/protocol';
import type { NodePorts } from '../ports/ports.ts';
import type { ChannelBook } from './channelBook.ts';

/**
 * Takes a voucher that pays one more receipt and returns the channel's total. The same voucher again is fine; one that
 * pays less, is not covered by the deposit, or names other receipts than ours is refused (`K_VOUCHER_REFUSED`).
 */
export async function acceptVoucher(
  ports: Pick<NodePorts, 'chain' | 'deployment' | 'checkpoint' | 'journal'>,
  channels: ChannelBook,
  payment: { voucher: Signed<'Voucher'>; receipt: Hex; terms: Receipt },
): Promise<bigint> {
  const { voucher, receipt, terms } = payment;
  const { channel, cumulativeAmount } = voucher.message;
  const account = channels.get(channel);
  if (!account) throw refused('the channel is not one this node is paid by');
  await verifyStatement('Voucher', voucher, ports.deployment, account.params.signer);
  if (channels.paymentOf(receipt)) return account.cumulativeAmount;
  const expected = channels.next(channel, receipt, terms.amount);
  if (cumulativeAmount < expected.cumulativeAmount) {
    throw refused(`the total is ${cumulativeAmount}, and ${expected.cumulativeAmount} is owed`);
  }
  if (!equalBytes(fromHex(voucher.message.receiptsRoot), fromHex(expected.receiptsRoot))) {
    throw refused('it names other receipts than those this node sealed for the channel');
  }
  await requireCovered(ports.chain, account.params, cumulativeAmount);
  channels.record({ receipt, order: terms.order, amount: terms.amount, voucher });
  ports.journal.note('voucher-accepted', { channel, cumulativeAmount, receipt });
  await ports.checkpoint('voucher-accepted');
  return cumulativeAmount;
}

/** Throws `K_CHANNEL_UNCOVERED` unless the channel is open and its deposit covers the total. */
export async function requireCovered(
  chain: NodePorts['chain'],
  params: ChannelParams,
  totalAmount: bigint,
): Promise<void> {
  const state = await chain.escrow.channel(params);
  if (state.closesAt !== undefined) {
    throw new KoinonError({
      code: 'K_CHANNEL_CLOSING',
      message: 'The payer asked to close the channel, so no more work is done on it.',
      fault: 'user',
      next: 'Open another channel.',
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
}

function refused(reason: string): KoinonError {
  return new KoinonError({
    code: 'K_VOUCHER_REFUSED',
    message: `Voucher refused: ${reason}.`,
    fault: 'peer',
  });
}
