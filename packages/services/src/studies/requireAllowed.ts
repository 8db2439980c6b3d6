import { type Bound, reviewTerms } from '@koinon/privacy';
import { KoinonError, type Manifest } from '@koinon/protocol';
import type { DatasetFacts } from './lookUpDataset.ts';

/**
 * The bound of one use of a job on a dataset, as its custodian will work it out. Throws `K_TERMS_REFUSED` with all that the
 * owner's policy has against the job: who asks learns it at once, and the owner is not bothered.
 */
export function requireAllowed(
  { id, policy, description }: Pick<DatasetFacts, 'id' | 'policy' | 'description'>,
  manifest: Manifest,
): Bound {
  const { bound, refusals } = reviewTerms(manifest, policy, description);
  if (bound && refusals.length === 0) return bound;
  throw new KoinonError({
    code: 'K_TERMS_REFUSED',
    message: [
      `The policy of dataset ${id} does not allow this; nothing was sent.`,
      ...refusals.map(({ message }) => message),
    ].join(' '),
    fault: 'user',
    data: { dataset: id, refusals: refusals.map(({ code }) => code) },
    next: [...new Set(refusals.flatMap(({ next }) => next ?? []))].join(' '),
  });
}
