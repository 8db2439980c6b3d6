import type { GrantStatus } from '@koinon/api';
import type { NodePorts } from '@koinon/kernel';
import { answer, nowSeconds, RegisteredNodes } from '@koinon/kernel';
import { opaqueBits, reviewTerms } from '@koinon/privacy';
import {
  CLOCK_SKEW_SECONDS,
  decodeManifest,
  type Grant,
  type GrantAnswer,
  type Hex,
  KoinonError,
  type Manifest,
  purposeDigest,
  type Signed,
  signStatement,
  statementDigest,
  termsDigest,
  toHex,
  verifyStatement,
} from '@koinon/protocol';
import { mayAnswerAlone } from './automaticGrants.ts';
import type { DatasetBook, HeldDataset } from './datasetBook.ts';
import { describeHeld } from './describeHeld.ts';
import { GRANT_MS } from './doorLimits.ts';
import type { GrantBook, GrantCase, GrantStanding } from './grantBook.ts';
import { GrantDoor, refused } from './grantDoor.ts';
import type { ReleaseLedger } from './releaseLedger.ts';

/** What the owner saw when it said yes; it is signed only if that is what the request says. */
export interface Approval {
  terms: Hex;
  bits: bigint;
  uses: number;
  /** Bits of files that leave as they are, where there are any: each such yes is said in so many words. */
  confirmBits?: number | undefined;
}

export interface GrantService {
  /** Requests of which more than the standing is kept, newest first. */
  list(options?: { status?: GrantStatus; before?: number; limit?: number }): GrantCase[];
  /** How many wait for the owner. */
  waiting(): number;
  /** The request, which the owner has now looked at. Throws `K_REQUEST_UNKNOWN`. */
  look(request: Hex): GrantCase;
  /** Signs the grant a request asks for. Throws `K_REQUEST_UNKNOWN`, `K_REQUEST_DECIDED`, `K_APPROVAL_DIFFERS`. */
  approve(request: Hex, seen: Approval): Promise<Signed<'Grant'>>;
  /** Throws `K_REQUEST_UNKNOWN`, `K_REQUEST_DECIDED`. */
  deny(request: Hex, reason: string): Promise<void>;
  /** Denies those of the named requests that wait, or all that wait of one requester; how many it were. */
  denyMany(which: { digests: readonly Hex[] } | { requester: Hex }, reason: string): number;
}

/** Receives requests for grants and gives the owner's answers, until `stop`. Denying is the default: nothing is granted by silence. */
export function serveGrants(
  ports: Pick<
    NodePorts,
    'network' | 'chain' | 'clock' | 'deployment' | 'signer' | 'random' | 'journal' | 'store' | 'gate'
  >,
  books: {
    datasets: DatasetBook;
    grants: GrantBook;
    ledger: ReleaseLedger;
    /** How many uses of a grant were taken. */
    usesTaken(grant: Signed<'Grant'>): number;
  },
): GrantService & { stop(): void } {
  const { network, chain, clock, deployment, signer, journal } = ports;
  const { datasets, grants, ledger } = books;
  const door = new GrantDoor(clock, grants, new RegisteredNodes(ports));

  const look = (digest: Hex): GrantCase => {
    door.sweep();
    const found = grants.get(digest);
    if (!found) throw unknownRequest(digest);
    grants.look(digest, clock.nowMs(), door.waitsUntilMs(found.request, found.receivedAtMs));
    return grants.get(digest)!;
  };

  const approve = async (digest: Hex, seen: Approval, isAutomatic = false): Promise<Signed<'Grant'>> => {
    const found = look(digest);
    const { message: request } = found.request;
    const draft = decodeManifest(found.manifest);
    requireSeen(found, draft, seen);
    if (found.grant) return found.grant;
    if (found.status !== 'pending') throw decided(found);
    const dataset = requireHeld(datasets, request.dataset);
    await requireAsked(dataset, draft, request);
    const state = await chain.datasets.grantState(request.dataset, digest);
    if (state.owner !== signer.address) {
      throw new KoinonError({
        code: 'K_NOT_OWNER',
        message: `Dataset ${request.dataset} belongs to ${state.owner}, who alone can grant its use.`,
        fault: 'user',
      });
    }
    const now = nowSeconds(clock);
    const { policy } = dataset;
    const wasShown = grants.get(digest)?.dryRunAtMs !== undefined;
    const grant: Grant = {
      dataset: request.dataset,
      epoch: state.epoch,
      requester: request.requester,
      terms: request.terms,
      purpose: purposeDigest(request.purpose),
      policy: dataset.policyDigest,
      token: policy.token,
      amount: policy.amount + (wasShown ? policy.dryRunAmount : 0n),
      bits: request.bits,
      microRho: request.microRho,
      uses: request.uses,
      auditor: policy.auditors[0]!,
      validFrom: now - BigInt(CLOCK_SKEW_SECONDS),
      expiresAt: now + BigInt(GRANT_MS / 1000),
      nonce: toHex(ports.random()),
    };
    const signed = await signStatement('Grant', grant, deployment, signer);
    grants.approve(digest, signed, clock.nowMs(), isAutomatic);
    const given = grants.get(digest)!;
    if (!given.grant) throw decided(given);
    journal.note('grant-approved', { request: digest, requester: request.requester, isAutomatic });
    return given.grant;
  };

  /** Throws `K_REQUEST_REFUSED` unless the owner's policy allows what is asked, and the bound is the one that is named. */
  const requireAsked = async (
    dataset: HeldDataset,
    draft: Manifest,
    request: Signed<'GrantRequest'>['message'],
  ): Promise<void> => {
    const { policy } = dataset;
    if (request.uses < 1 || request.uses > policy.maxUses)
      throw refused(`a grant has 1 to ${policy.maxUses} uses`);
    const charged = ledger.charged(dataset.id, request.requester, clock.nowMs());
    const description = await describeHeld(ports.store, dataset);
    const { bound, refusals } = reviewTerms(draft, policy, description, charged);
    const [refusal] = refusals;
    if (refusal) throw refused(refusal.message.replace(/\.$/, ''));
    if (!bound || BigInt(bound.bits) !== request.bits)
      throw refused(`one use can tell up to ${bound?.bits} bits, and it says ${request.bits}`);
    if (request.token !== policy.token || request.maxAmount < policy.amount)
      throw refused(`a use costs ${policy.amount} base units of ${policy.token}`);
  };

  const ends = [
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
    }),

    // By what it costs: size and registration (before anything is parsed), places and rate, the signature, the draft.
    answer(
      network,
      'grant.request',
      async ({ request, manifest }, from) => {
        const { message } = request;
        if (message.requester !== from)
          throw refused('it was signed by another node than the one that sent it');
        const digest = statementDigest('GrantRequest', message, deployment);
        const known = grants.standing(digest);
        if (known) return answerOf(known);
        const dataset = requireHeld(datasets, message.dataset);
        door.knock(request, manifest);
        await verifyStatement('GrantRequest', request, deployment, from, ports.gate.recoverSigner);
        const draft = decodeManifest(manifest);
        if (termsDigest(draft) !== message.terms) throw refused('the manifest is not the one it names');
        await requireAsked(dataset, draft, message);
        door.receive(digest, request, manifest);
        journal.note('grant-requested', { request: digest, requester: from, purpose: message.purpose });
        const { terms, bits, uses } = message;
        if (mayAnswerAlone(books, dataset, { request, draft, bytes: manifest }, clock.nowMs()))
          await approve(digest, { terms, bits, uses }, true);
        return answerOf(grants.standing(digest)!);
      },
      (from, payload) => door.admit(from, payload),
    ),

    answer(network, 'grant.status', async ({ digest }, from) => {
      door.sweep();
      const standing = grants.standing(digest);
      if (!standing || standing.requester !== from) throw unknownRequest(digest);
      return answerOf(standing);
    }),
  ];

  return {
    list: options => {
      door.sweep();
      return grants.list(options);
    },
    waiting: () => {
      door.sweep();
      return grants.waiting().requests;
    },
    look,
    approve: (digest, seen) => approve(digest, seen),
    deny: async (digest, reason) => {
      const found = look(digest);
      if (found.status === 'approved' || found.status === 'expired') throw decided(found);
      grants.deny(digest, reason, clock.nowMs());
      journal.note('grant-denied', { request: digest });
    },
    denyMany: (which, reason) => {
      door.sweep();
      const before = grants.waiting().requests;
      if ('requester' in which) grants.denyAllOf(which.requester, reason, clock.nowMs());
      else grants.denyThese(which.digests, reason, clock.nowMs());
      const denied = before - grants.waiting().requests;
      journal.note('grants-denied', { denied });
      return denied;
    },
    stop: () => {
      for (const end of ends) end();
    },
  };
}

function answerOf({ digest: request, status, grant, reason }: GrantStanding): GrantAnswer {
  if (grant) return { status: 'approved', request, grant };
  if (status === 'pending') return { status, request };
  return { status: 'denied', request, reason: reason ?? '' };
}

/** Throws `K_APPROVAL_DIFFERS` unless what the owner saw is what the request asks for. */
function requireSeen({ request: { message }, digest }: GrantCase, draft: Manifest, seen: Approval): void {
  const opaque = opaqueBits(draft);
  const differing = [
    ...(seen.terms === message.terms ? [] : ['terms']),
    ...(seen.bits === message.bits ? [] : ['bits']),
    ...(seen.uses === message.uses ? [] : ['uses']),
    ...((seen.confirmBits ?? 0) === opaque ? [] : ['confirmBits']),
  ];
  if (differing.length === 0) return;
  throw new KoinonError({
    code: 'K_APPROVAL_DIFFERS',
    message:
      opaque > 0
        ? `Request ${digest} says something else about: ${differing.join(', ')}. Files of up to ${opaque} bits would leave as they are.`
        : `Request ${digest} says something else about: ${differing.join(', ')}.`,
    fault: 'user',
    data: { differing, opaqueBits: opaque },
    next: 'Look at the request again, and approve what it says.',
  });
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

export function decided(found: Pick<GrantCase, 'digest' | 'status'>): KoinonError {
  return new KoinonError({
    code: 'K_REQUEST_DECIDED',
    message:
      found.status === 'expired'
        ? `Request ${found.digest} has expired.`
        : `Request ${found.digest} was ${found.status} already.`,
    fault: 'user',
    ...(found.status === 'approved' ? { next: 'To take a grant back, use "koinon data revoke".' } : {}),
  });
}
