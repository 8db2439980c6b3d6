import { type JobName, type StepResult, stepName, stepResults } from '@koinon/api';
import { ask, nowSeconds } from '@koinon/kernel';
import {
  decodeManifest,
  KoinonError,
  type Message,
  purposeDigest,
  type Signed,
  signStatement,
  statementDigest,
  termsDigest,
  toHex,
  verifyStatement,
} from '@koinon/protocol';
import type { DatasetFacts } from './lookUpDataset.ts';
import { requireAllowed } from './requireAllowed.ts';
import type { StudyServices } from './services.ts';

/** How long an unanswered request stands, seconds: 30 days, since a person or a board decides. */
const REQUEST_SECONDS = 30n * 86_400n;
const FIRST_POLL_MS = 100;
const LONGEST_POLL_MS = 5_000;

/** One question to one owner within a study. */
interface Question {
  study: string;
  /** The job it is about. */
  job: JobName;
  dataset: DatasetFacts;
}

/**
 * Asks the data owner, once, for permission to run manifests with this draft. Throws `K_TERMS_REFUSED` without asking where
 * the policy does not allow it.
 */
export async function askForGrant(
  { ports, workflows }: Pick<StudyServices, 'ports' | 'workflows'>,
  {
    study,
    job,
    dataset,
    draft,
    purpose,
  }: Question & { draft: { bytes: Uint8Array; cid: string }; purpose: string },
  signal: AbortSignal,
): Promise<StepResult<'permission.asked'>> {
  const { network, deployment, signer, clock, random } = ports;
  const { custodian, policy } = dataset;
  return workflows.step(
    study,
    stepName(job, 'permission.asked'),
    stepResults['permission.asked'],
    async () => {
      const manifest = decodeManifest(draft.bytes);
      const { bits } = requireAllowed(dataset, manifest);
      const message: Message<'GrantRequest'> = {
        dataset: BigInt(dataset.id),
        requester: signer.address,
        terms: termsDigest(manifest),
        purpose,
        token: policy.token,
        // The owner may look at what it would release before it answers; that look is paid with the first use.
        maxAmount: policy.amount + policy.dryRunAmount,
        bits: BigInt(bits),
        microRho: 0n,
        uses: 1,
        expiresAt: nowSeconds(clock) + REQUEST_SECONDS,
        nonce: toHex(random()),
      };
      const request = await signStatement('GrantRequest', message, deployment, signer);
      await ask(network, custodian, 'grant.request', { request, manifest: draft.bytes }, { signal });
      const digest = statementDigest('GrantRequest', message, deployment);
      return { request, digest, manifest: draft.cid };
    },
    signal,
  );
}

/** Waits for the owner's answer, however long. Throws `K_GRANT_DENIED`. */
export async function awaitGrant(
  { ports, workflows }: Pick<StudyServices, 'ports' | 'workflows'>,
  { study, job, dataset, asked }: Question & { asked: StepResult<'permission.asked'> },
  signal: AbortSignal,
): Promise<Signed<'Grant'>> {
  const { network, deployment, clock } = ports;
  const { custodian, owner } = dataset;
  const given = await workflows.step(
    study,
    stepName(job, 'permission.given'),
    stepResults['permission.given'],
    async () => {
      for (let pauseMs = FIRST_POLL_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_POLL_MS)) {
        const answer = await ask(network, custodian, 'grant.status', { digest: asked.digest }, { signal });
        if (answer.status === 'approved') {
          const digest = await verifyStatement('Grant', answer.grant, deployment, owner);
          requireFits(answer.grant.message, asked.request.message);
          return { grant: answer.grant, digest };
        }
        if (answer.status === 'denied') {
          throw new KoinonError({
            code: 'K_GRANT_DENIED',
            message: `The owner of dataset ${dataset.id} said no: ${answer.reason || 'no reason given'}.`,
            fault: 'user',
            data: { request: asked.digest },
            next: 'Ask again with another purpose or program.',
          });
        }
        await clock.wait(pauseMs, signal);
        signal.throwIfAborted();
      }
    },
    signal,
  );
  return given.grant;
}

/** Throws `K_GRANT_DIFFERS` unless the grant is an answer to the request. */
function requireFits(grant: Message<'Grant'>, request: Message<'GrantRequest'>): void {
  const isFit =
    grant.dataset === request.dataset &&
    grant.requester === request.requester &&
    grant.terms === request.terms &&
    grant.bits === request.bits &&
    grant.purpose === purposeDigest(request.purpose) &&
    grant.token === request.token &&
    grant.amount <= request.maxAmount;
  if (isFit) return;
  throw new KoinonError({
    code: 'K_GRANT_DIFFERS',
    message: 'The grant is not an answer to the request that was made.',
    fault: 'peer',
  });
}
