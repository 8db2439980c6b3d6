import type { Policy } from '../api/answers.ts';
import { count, duration, grouped, koin } from './format.ts';

/** How many rows of a dataset are public; `some` where only that is known. */
export type PublicRows = number | 'some';

/** A policy as sentences a data owner would say, with what is public of the rows. */
export function policySentences(policy: Policy, publicRows: PublicRows): string[] {
  const { bits, groups } = policy;
  const auditors = policy.auditors.length;
  return [
    whereRowsAre(publicRows),
    whatLeaves(policy),
    `At most ${grouped(bits.job)} bits may leave in a job, ${grouped(bits.requesterYear)} to one requester in a year, ${grouped(bits.year)} to all in a year, and ${grouped(bits.total)} ever.`,
    `Groups and categories of fewer than ${grouped(policy.minGroupRows)} rows are left out or folded together before anything leaves.`,
    groups.length === 0
      ? 'No figures are told for groups of rows.'
      : `Figures may be told for the groups of ${list(groups.map(name => `“${name}”`))}.`,
    policy.candidates
      ? 'Models made elsewhere may be measured on rows held back from training.'
      : 'No models made elsewhere are measured on the rows.',
    `One use costs ${koin(policy.amount)} KOIN; a grant has at most ${count(policy.maxUses, 'use')}.`,
    `Work is replayed by ${auditors === 1 ? 'the auditor' : `one of ${auditors} auditors`} the owner named, who is lent the private rows for it; nobody else sees them.`,
    `A program may use ${grouped(policy.maxFuel)} fuel (a count of work) and run for ${duration(policy.maxRunMs)}.`,
  ];
}

function whereRowsAre(publicRows: PublicRows): string {
  const stay = 'stay with the custodian. A program comes to them, and only after the owner said yes.';
  if (publicRows === 0) return `No row is public. All ${stay}`;
  const many =
    publicRows === 'some'
      ? 'Some rows are'
      : `${count(publicRows, 'row')} ${publicRows === 1 ? 'is' : 'are'}`;
  return `${many} public: the owner gave them away for testing models. The others ${stay}`;
}

function whatLeaves({ outputs, weightBits, opaqueBits }: Policy): string {
  const allowed = [
    ...(outputs.model > 0 ? [count(outputs.model, 'model')] : []),
    ...(outputs.metrics > 0
      ? [count(outputs.metrics, 'file')].map(files => `${files} of training figures`)
      : []),
    ...(outputs.evaluation > 0 ? [count(outputs.evaluation, 'evaluation')] : []),
  ];
  const opaque =
    opaqueBits > 0
      ? ` Other files may leave up to ${grouped(opaqueBits)} bits a job, each after another yes.`
      : '';
  if (allowed.length === 0) return `Nothing of a known kind may leave.${opaque}`;
  return `Only ${list(allowed)} may leave a job, each written anew by the custodian, weights rounded to ${weightBits} bits.${opaque}`;
}

function list(words: string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}
