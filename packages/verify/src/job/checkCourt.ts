import type { CourtGround, Hex } from '@koinon/protocol';
import { groundWords as words } from '@koinon/protocol/courtWords';
import { asked, type Check, failed, type Outcome, ok, skipped } from '../check.ts';
import type { CourtFinding } from '../sources.ts';
import { koin, short } from '../words.ts';
import type { JobContext } from './context.ts';

export interface CourtQuestion {
  id: string;
  what: 'receipt' | 'report';
  /** EIP-712 digest. */
  statement: Hex;
}

/** Whether the court found a statement false, on what ground and in which dispute. */
export function checkCourt(
  { check, sources }: Pick<JobContext, 'check' | 'sources'>,
  { id, what, statement }: CourtQuestion,
): Promise<Check> {
  return check(id, `No court has found this ${what} false.`, async () => {
    const ask = sources.court;
    if (!ask) return skipped('The chain was not asked: a conviction would not be seen here.');
    const finding = await asked(() => ask.call(sources, statement));
    return finding ? tell(finding, what) : ok(`Nobody has disputed ${short(statement)}.`);
  });
}

function tell(finding: CourtFinding, what: string): Outcome {
  const { outcome, ground, dispute, slashed, block, accuser } = finding;
  const where = dispute ? `dispute ${short(dispute)}` : 'decided at once';
  const at = block === undefined ? '' : `, block ${block}`;
  switch (outcome) {
    case 'convicted':
      return failed(
        `It was found false: ${groundWords(ground, finding)} (${where}${at}).${slashed === undefined ? '' : ` Its signer lost ${koin(slashed)}.`}`,
        `What this ${what} says is not what happened; do not rely on it.`,
      );
    case 'open':
      return skipped(
        `It is disputed and not decided yet (${where}${accuser ? `, accused by ${short(accuser)}` : ''}). Ask again when it is.`,
      );
    case 'acquitted':
      return ok(`It was disputed and stands: the court took the signer’s side (${where}${at}).`);
    case 'undecided':
      return skipped(`It was disputed, and no jury came to a majority (${where}${at}).`);
  }
}

/** What the signer did, as the end of a sentence. */
export function groundWords(ground: CourtGround | undefined, { step }: Pick<CourtFinding, 'step'>): string {
  if (ground === undefined) return 'the court says no more';
  return ground === 'jury' && step !== undefined
    ? `a jury drawn by lot replayed step ${step} of its work and came to another result`
    : words[ground];
}
