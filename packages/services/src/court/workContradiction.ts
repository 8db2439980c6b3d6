import { refusalOf } from '@koinon/chain';
import type { Hex } from '@koinon/protocol';
import type { CourtTools, LookAgain } from './courtPorts.ts';

/** Two receipts of one provider for one manifest that cannot both be true decide by themselves. */
export async function workContradiction(tools: CourtTools, receipt: Hex): Promise<LookAgain> {
  const { ports } = tools;
  const { openings } = tools.evidence;
  const one = openings.get(receipt);
  const other = one && openings.contradiction(one);
  if (!one || !other || (await ports.chain.court.groundOf(receipt))) return undefined;
  const [a, b] = [other, one].map(({ signed, opening }) => ({ receipt: signed, opening })) as [
    { receipt: typeof one.signed; opening: typeof one.opening },
    { receipt: typeof one.signed; opening: typeof one.opening },
  ];
  try {
    const { transaction } = await ports.chain.court.accuseReceipts(a, b, { key: `receipts:${receipt}` });
    ports.journal.note('receipts-accused', { receipt, other: other.receipt, transaction });
  } catch (error) {
    if (refusalOf(error) === undefined) throw error;
  }
  return undefined;
}
