import { refusalOf } from '@koinon/chain';
import { fromHex, type Hex, inclusionProof, leafHash, memorySubtrees, toHex } from '@koinon/protocol';
import type { CourtTools, LookAgain } from './courtPorts.ts';

/** How long until a payment is looked at again that its provider has not claimed yet, seconds. */
const UNCLAIMED_SECONDS = 600;

/** What this node paid for a receipt that was found false comes back, as far as its provider's claims reach. */
export async function workRefund(tools: CourtTools, receipt: Hex): Promise<LookAgain> {
  const { ports, channels } = tools;
  const { openings } = tools.evidence;
  const { court, escrow } = ports.chain;
  const payment = channels.paymentOf(receipt);
  const account = payment && channels.get(payment.channel);
  const order = payment && tools.evidence.orderOf(payment.order);
  const signed = openings.get(receipt)?.signed;
  if (!account || !order || !signed || account.params.payer !== ports.signer.address) return undefined;
  if (!(await court.groundOf(receipt)) || (await court.isPlanted(receipt))) return undefined;
  const { claimed, closesAt } = await escrow.channel(account.params);
  const payments = channels.payments(account.channel);
  const index = payments.findIndex(paid => paid.receipt === receipt);
  // The court takes a voucher that was claimed and whose receipts hold this one.
  const last = payments.findLastIndex(paid => paid.voucher.message.cumulativeAmount <= claimed);
  if (last < index) {
    return closesAt === undefined ? (await tools.chainSeconds()) + UNCLAIMED_SECONDS : undefined;
  }
  const leaves = payments.slice(0, last + 1).map(paid => leafHash(fromHex(paid.receipt)));
  const inclusion = {
    index: BigInt(index),
    size: BigInt(leaves.length),
    path: inclusionProof(memorySubtrees(leaves), index, leaves.length).map(toHex),
  };
  const { voucher } = payments[last]!;
  try {
    const { transaction } = await court.refund(signed.message, order, account.params, voucher, inclusion, {
      key: `refund:${receipt}`,
    });
    ports.journal.note('receipt-refunded', { receipt, transaction });
  } catch (error) {
    if (refusalOf(error) === undefined) throw error;
    ports.journal.note('refund-refused', { receipt, reason: refusalOf(error) });
  }
  const { token } = signed.message;
  if ((await court.owed(token, ports.signer.address)) > 0n) await court.withdraw(token);
  return undefined;
}
