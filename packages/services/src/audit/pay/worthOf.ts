import type { AuditTerms } from '@koinon/chain';
import type { NodePorts } from '@koinon/kernel';
import type { Order } from '@koinon/protocol';

/** What an auditor takes transactions upon itself for. */
export interface PayTerms {
  /** The least a winning report must bring, base units of the network's token: proving it costs gas. */
  leastTicketAmount: bigint;
}

/** `unpaid`: the order promises nothing an auditor would work for. `unfunded`: it does, and the fund has too little. */
export type Worth = { is: 'unpaid' | 'unfunded' | 'paid'; amount: bigint };

/** What an order brings whoever wins with it, as its requester's fund stands now. */
export async function worthOf(
  { chain, deployment }: Pick<NodePorts, 'chain' | 'deployment'>,
  order: Order,
  { ticketOdds }: Pick<AuditTerms, 'ticketOdds'>,
  { leastTicketAmount }: PayTerms,
): Promise<Worth> {
  const due = ticketOdds * order.auditAmount;
  // Anybody can make tokens, so that gas would be paid for nothing.
  if (due === 0n || due < leastTicketAmount || order.token !== deployment.token)
    return { is: 'unpaid', amount: 0n };
  const left = await chain.audits.fundOf(order.requester, order.token);
  const leaving = await chain.audits.leavingOf(order.requester, order.token);
  const fund = left + (leaving?.amount ?? 0n);
  const amount = fund < due ? fund : due;
  return { is: amount === 0n || amount < leastTicketAmount ? 'unfunded' : 'paid', amount };
}
