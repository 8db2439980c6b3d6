import { reviewTerms } from '@koinon/privacy';
import { type Check, failed, ok, skipped } from '../check.ts';
import { short } from '../words.ts';
import type { JobContext } from './context.ts';
import { firstWrong } from './facts.ts';

/** The data owner's rules: that they are the ones the permission names, and that they allow such a job. */
export async function* checkPolicy({ evidence, check, manifest, terms }: JobContext): AsyncGenerator<Check> {
  const { grant } = evidence;
  if (!grant || !manifest || !terms) return;
  const { policy, description, isRecordOfToday } = terms;
  const { message: given } = grant;

  yield await check('policy.bytes', 'The data owner’s rules are the ones the permission names.', () => {
    if (policy === undefined) return skipped(`Rules ${short(given.policy)} are not at hand here.`);
    return policy === 'wrong'
      ? failed(`What was given as rules ${short(given.policy)} is not that.`, 'The rules were altered.')
      : ok(`Rules ${short(given.policy)}.`);
  });
  yield await check('policy.allows', 'The data owner’s rules allow this job and this permission.', () => {
    if (policy === undefined || policy === 'wrong') return skipped('The rules are not at hand here.');
    const wrong = firstWrong([
      [policy.auditors.includes(given.auditor), 'the auditor is not among those they name'],
      [policy.token === given.token, 'they ask for another money'],
      [given.amount >= policy.amount, 'a use costs less than they say'],
      [given.uses <= policy.maxUses, `they allow ${policy.maxUses} uses, the permission ${given.uses}`],
    ]);
    if (wrong) return failed(`No: ${wrong}.`, 'The permission goes beyond the owner’s own rules.');
    if (!description) return skipped('The record of the dataset is not at hand here.');
    const { refusals } = reviewTerms(manifest, policy, description);
    const [refusal] = refusals;
    if (!refusal) return ok('Its inputs, outputs, bits and fuel are within them.');
    // A newer record may have other columns than the one the permission was given under.
    if (isRecordOfToday) return skipped(`By the record on chain today they do not: ${refusal.message}`);
    return failed(refusal.message, 'The job goes beyond the owner’s own rules.');
  });
}
