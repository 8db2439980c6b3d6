import { drawId, isAudited, type JobEvidence, logLeafHash } from '@koinon/protocol';
import { type Check, failed, ok } from '../check.ts';
import { percent } from '../words.ts';
import { compareBeacon, type DrawnFrom } from './checkBeacon.ts';
import type { JobContext } from './context.ts';

/** Whether anybody had to replay the receipt: the coin, tossed again. */
export async function* checkCoin(context: JobContext): AsyncGenerator<Check> {
  const { evidence, check, sources, digests } = context;
  const from = drawnFrom(evidence);
  if (!from) return;
  const { auditRatePpm } = evidence.order.message;
  const { anchor, leafSalt } = evidence.inclusion;
  yield await check('lot.coin', 'Whether anybody had to replay it was left to chance, and kept to.', () => {
    const leaf = logLeafHash('Receipt', digests.receipt, leafSalt);
    const rate = `At the ordered rate of ${percent(auditRatePpm)} the lot`;
    if (isAudited(drawId(from.beacon, leaf), auditRatePpm)) {
      return evidence.lot
        ? failed(
            `${rate} has it replayed, and it is shown as one that was not.`,
            'An audit that was due was passed over.',
          )
        : ok(`${rate} has it replayed.`);
    }
    return evidence.lot
      ? ok(`${rate} lets it pass: nobody had to replay it, and its signer’s stake stands for it.`)
      : failed(`${rate} has nobody replay it.`, 'The auditor was chosen, not drawn.');
  });
  const { lot } = evidence;
  if (!lot) return;
  yield await check('lot.beacon', 'The coin was tossed with a number nobody could know before.', () =>
    compareBeacon(sources, anchor.block, lot),
  );
}

/** What the coin was tossed from; undefined where no lot was drawn. */
function drawnFrom({ lot, audits }: JobEvidence): DrawnFrom | undefined {
  if (lot) return lot;
  return audits.flatMap(({ choice }) => (choice.by === 'lot' ? [choice] : []))[0];
}
