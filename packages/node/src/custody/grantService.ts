import {
  CLOCK_SKEW_SECONDS,
  decodeManifest,
  digestOfCid,
  type Grant,
  type GrantAnswer,
  type Hex,
  KoinonError,
  type Signed,
  sha256,
  signStatement,
  toHex,
  utf8,
  verifyStatement,
} from '@koinon/protocol';
import { answer } from '../peers/ask.ts';
import { nowSeconds } from '../ports/clock.ts';
import type { NodePorts } from '../ports/ports.ts';
import type { DatasetBook, HeldDataset } from './datasetBook.ts';
import type { GrantBook, GrantCase } from './grantBook.ts';

/** Requests that may wait for the owner at once; more would let strangers fill the disk. */
const PENDING_MAX = 1000;
const PENDING_MAX_PER_REQUESTER = 16;
/** How long a grant holds unless the owner says otherwise, seconds: a day. */
const GRANT_SECONDS = 86_400n;

export interface GrantService {
  list(): GrantCase[];
  /** Signs the grant a request asks for. Throws `K_REQUEST_UNKNOWN`, `K_REQUEST_DECIDED`. */
  approve(request: Hex): Promise<Signed<'Grant'>>;
  deny(request: Hex, reason: string): Promise<void>;
}

/** Digest under which a purpose, a sentence for people, stands in a grant. */
export function purposeDigest(purpose: string): Hex {
  return toHex(sha256(utf8.encode(purpose)));
}

/** Receives requests for grants and gives the owner's answers. Denying is the default: nothing is granted by silence. */
export function serveGrants(
  ports: Pick<NodePorts, 'network' | 'chain' | 'clock' | 'deployment' | 'signer' | 'random' | 'journal'>,
  datasets: DatasetBook,
  grants: GrantBook,
): GrantService {
  const { network, chain, clock, deployment, signer, journal } = ports;

  const approve = async (digest: Hex): Promise<Signed<'Grant'>> => {
    const found = grants.get(digest);
    if (!found) throw unknownRequest(digest);
    if (found.grant) return found.grant;
    if (found.status !== 'pending') throw decided(found);
    const { message: request } = found.request;
    const dataset = requireHeld(datasets, request.dataset);
    const state = await chain.datasets.grantState(request.dataset, digest);
    if (state.owner !== signer.address) {
      throw new KoinonError({
        code: 'K_NOT_OWNER',
        message: `Dataset ${request.dataset} belongs to ${state.owner}, who alone can grant its use.`,
        fault: 'user',
      });
    }
    const now = nowSeconds(clock);
    const grant: Grant = {
      dataset: request.dataset,
      epoch: state.epoch,
      requester: request.requester,
      program: request.program,
      purpose: purposeDigest(request.purpose),
      policy: dataset.policyDigest,
      token: dataset.policy.token,
      amount: dataset.policy.amount,
      microRho: request.microRho,
      uses: request.uses,
      auditor: dataset.policy.auditors[0]!,
      validFrom: now - BigInt(CLOCK_SKEW_SECONDS),
      expiresAt: now + GRANT_SECONDS,
      nonce: toHex(ports.random()),
    };
    grants.approve(digest, await signStatement('Grant', grant, deployment, signer));
    journal.note('grant-approved', { request: digest, requester: request.requester });
    return grants.get(digest)!.grant!;
  };

  const answerOf = (found: GrantCase): GrantAnswer => {
    if (found.grant) return { status: 'approved', request: found.digest, grant: found.grant };
    if (found.status === 'denied')
      return { status: 'denied', request: found.digest, reason: found.reason ?? '' };
    return { status: 'pending', request: found.digest };
  };

  answer(network, 'dataset.get', async ({ id }) => {
    const { name, metadata, mock, publicTable, target, policy } = requireHeld(datasets, id);
    return {
      id,
      name,
      metadata,
      mock,
      policy,
      ...(publicTable === undefined ? {} : { publicTable }),
      ...(target === undefined ? {} : { target }),
    };
  });

  answer(network, 'grant.request', async ({ request, manifest }, from) => {
    const { message } = request;
    const digest = await verifyStatement('GrantRequest', request, deployment, message.requester);
    if (message.requester !== from) throw refused('it was signed by another node than the one that sent it');
    const known = grants.get(digest);
    if (known) return answerOf(known);
    const dataset = requireHeld(datasets, message.dataset);
    if (message.expiresAt < nowSeconds(clock)) throw refused('it has expired');
    if (toHex(sha256(manifest)) !== message.manifest) throw refused('the manifest is not the one it names');
    const parsed = decodeManifest(manifest);
    if (digestOfCid(parsed.program) !== message.program) throw refused('the manifest runs another program');
    if (message.token !== dataset.policy.token || message.maxAmount < dataset.policy.amount) {
      throw refused(`a use costs ${dataset.policy.amount} base units of ${dataset.policy.token}`);
    }
    if (grants.pendingCount(from) >= PENDING_MAX_PER_REQUESTER)
      throw refused('too many requests of yours are waiting for the owner');
    if (grants.pendingCount() >= PENDING_MAX) throw refused('too many requests are waiting for the owner');
    grants.receive(digest, request, manifest, clock.nowMs());
    journal.note('grant-requested', { request: digest, requester: from, purpose: message.purpose });
    if (dataset.autoApprove) await approve(digest);
    return answerOf(grants.get(digest)!);
  });

  answer(network, 'grant.status', async ({ digest }, from) => {
    const found = grants.get(digest);
    if (!found || found.request.message.requester !== from) throw unknownRequest(digest);
    return answerOf(found);
  });

  return {
    list: () => grants.list(),
    approve,
    deny: async (digest, reason) => {
      const found = grants.get(digest);
      if (!found) throw unknownRequest(digest);
      if (found.status === 'approved') throw decided(found);
      grants.deny(digest, reason);
      journal.note('grant-denied', { request: digest });
    },
  };
}

export function requireHeld(datasets: DatasetBook, id: bigint): HeldDataset {
  const dataset = datasets.get(id);
  if (dataset) return dataset;
  throw new KoinonError({
    code: 'K_DATASET_UNKNOWN',
    message: `Dataset ${id} is not in this node's custody.`,
    fault: 'user',
    data: { id: id.toString() },
    next: '"koinon data ls" lists the datasets of the network.',
  });
}

function unknownRequest(digest: Hex): KoinonError {
  return new KoinonError({
    code: 'K_REQUEST_UNKNOWN',
    message: `No request ${digest} here.`,
    fault: 'user',
    next: '"koinon data requests" lists them.',
  });
}

function decided(found: GrantCase): KoinonError {
  return new KoinonError({
    code: 'K_REQUEST_DECIDED',
    message: `Request ${found.digest} was ${found.status} already.`,
    fault: 'user',
    next: 'To take a grant back, use "koinon data revoke".',
  });
}

function refused(reason: string): KoinonError {
  return new KoinonError({
    code: 'K_REQUEST_REFUSED',
    message: `Request refused: ${reason}.`,
    fault: 'user',
  });
}
