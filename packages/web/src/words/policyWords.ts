import type { Policy } from '../api/answers.ts';
import { duration, fileSize, grouped, koin } from './format.ts';

const classWords: Record<string, string> = {
  model: 'trained models',
  metrics: 'figures about how well a model does',
  table: 'tables of results',
};

/** A policy as sentences a data owner would say. */
export function policySentences(policy: Policy): string[] {
  const allowed = policy.artefactClasses.map(name => classWords[name] ?? name);
  const auditors = policy.auditors.length;
  return [
    'The rows stay with the custodian. A program comes to them, and only after the owner said yes.',
    allowed.length === 0
      ? 'Nothing may leave.'
      : `Only ${list(allowed)} may leave: at most ${fileSize(policy.maxArtefactBytes)} a file, ${fileSize(policy.maxTotalBytes)} a job.`,
    `Groups and categories of fewer than ${grouped(policy.minGroupRows)} rows are left out or folded together before anything leaves.`,
    `One use costs ${koin(policy.amount)} KOIN.`,
    `Work is replayed by ${auditors === 1 ? 'the auditor' : `one of ${auditors} auditors`} the owner named, who ${auditors === 1 ? 'holds' : 'hold'} a copy for it; nobody else sees the rows.`,
    `A program may use ${grouped(policy.maxFuel)} fuel (a count of work) and run for ${duration(policy.maxRunMs)}.`,
  ];
}

function list(words: string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}
