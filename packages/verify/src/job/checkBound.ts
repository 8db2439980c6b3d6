import { type Bound, type BoundTerm, boundOf } from '@koinon/privacy';
import type { Manifest, Verdict } from '@koinon/protocol';
import { type Check, failed, ok, skipped } from '../check.ts';
import { count } from '../words.ts';
import type { JobContext } from './context.ts';
import type { GateTerms } from './gateTerms.ts';

/** How much this job can have told of the private rows, at most: worked out again, and explained. */
export async function* checkBound(
  { evidence, check, manifest, terms }: JobContext,
  verdict: Verdict | undefined,
): AsyncGenerator<Check> {
  const { grant } = evidence;
  if (!grant || !manifest || !terms) return;
  const granted = grant.message.bits;
  const { policy, description, isRecordOfToday } = terms;
  const bound = boundBy(terms, manifest);
  const isRight = bound !== undefined && BigInt(bound.bits) === granted;

  yield await check('verdict.bits', 'No more can have been told than the permission says.', () => {
    if (verdict && BigInt(verdict.bits) !== granted) {
      return failed(
        `The gate charged ${count(verdict.bits, 'bit')}, the permission is for ${granted} a use.`,
        'The owner’s account of what was told is wrong.',
      );
    }
    const notes = explain(granted, isRight ? bound : undefined, grant.message.uses);
    if (!policy || policy === 'wrong' || !description) {
      const missing = description ? 'the rules' : 'the record of the dataset';
      return skipped(`The permission says so; to work it out again, ${missing} would be needed.`, notes);
    }
    if (isRight) return ok(`${count(granted, 'bit')}, worked out again from what is public.`, notes);
    const found = bound ? count(bound.bits, 'bit') : 'no bound at all';
    if (isRecordOfToday) {
      return skipped(
        `By the record on chain today it would be ${found}; the permission, given under an older one or a wrong one, says ${granted}.`,
        notes,
      );
    }
    return failed(
      `By rules and record it is ${found}, the permission says ${granted}.`,
      'More could have left than its owner agreed to, or she was told a wrong number.',
    );
  });
}

/** The bound by the terms at hand; undefined where they are not, or know none. */
export function boundBy({ policy, description }: GateTerms, manifest: Manifest): Bound | undefined {
  return policy && policy !== 'wrong' && description ? boundOf(policy, manifest, description) : undefined;
}

/** The bound in plain words, a line for each part. */
function explain(bits: bigint, bound: Bound | undefined, uses: number): string[] {
  return [
    `This release can tell at most ${count(bits, 'bit')} about the private rows: as much as the answers to ${count(bits, 'yes/no question')}.`,
    ...(bound?.terms.map(term => `${term.bits.toFixed(1)} bits of them: ${termWords(term)}.`) ?? []),
    ...(uses > 1
      ? [`The permission is for ${uses} such uses: at most ${count(bits * BigInt(uses), 'bit')} in all.`]
      : []),
    'Bits bound how much is told, not about whom: even a single one can be about one person.',
  ];
}

const classWords = {
  model: 'the weights of the model',
  metrics: 'what the program says of its own training',
  evaluation: 'the measures, for all rows and by group',
  table: 'a file that leaves as its program wrote it',
} as const;

function termWords({ kind, name, class: artefactClass }: BoundTerm): string {
  if (kind === 'outcome') return 'whether it failed, and at which instant it appeared';
  if (kind === 'report') return 'what the auditor reported, and at which instant';
  return `${name}, ${artefactClass ? classWords[artefactClass] : 'a file'}`;
}
