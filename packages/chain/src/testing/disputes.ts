import {
  type ExecutionOpening,
  executionCommitment,
  fromHex,
  type Hex,
  inclusionProof,
  leafHash,
  logEntryTypes,
  memorySubtrees,
  type Order,
  type Receipt,
  rangeRoot,
  type Signed,
  sha256,
  signStatement,
  statementDigest,
  stepOutcomeDigest,
  toHex,
  ZERO_32,
  ZERO_ADDRESS,
} from '@koinon/protocol';
import type { CourtOptions } from '../deployment/courtTerms.ts';
import type { DisputeView, Place, StepClaim } from '../port/court.ts';
import { entryHash } from '../twin/rfc6962.ts';
import { digest, PEER_ID } from './samples.ts';
import { advanceTo, type World } from './world.ts';

/** Small amounts, so that sums can be checked by eye. */
export const SMALL_COURT: CourtOptions = {
  jurySeats: 3,
  jurorFee: 3n,
  jurorPenalty: 7n,
  accuseBond: 100n,
  demandBond: 5n,
  absencePenalty: 40n,
  lien: 50n,
  bounty: 20n,
  evidenceBounty: 6n,
  compensation: 9n,
};

/** A Merkle tree over the hashes of leaves. */
export function treeOf(leaves: Uint8Array[]): { root: Hex; path(index: number): Hex[]; size: bigint } {
  const subtree = memorySubtrees(leaves);
  return {
    root: toHex(rangeRoot(subtree, 0, leaves.length)),
    path: index => inclusionProof(subtree, index, leaves.length).map(toHex),
    size: BigInt(leaves.length),
  };
}

/** A provider's work with everything a dispute about it needs. */
export interface Work {
  order: Order;
  receipt: Signed<'Receipt'>;
  /** EIP-712 digest of the receipt. */
  statement: Hex;
  opening: ExecutionOpening;
  stateRoots: Hex[];
  claim(step: number): StepClaim;
  /** The outcome digest of a step, with another state root after it if one is given. */
  outcome(step: number, root?: Hex): Hex;
}

const MANIFEST_BYTES = Uint8Array.of(1, 2, 3);

/** Work of account `by` for account 0, to be anchored within `seconds`. */
export async function workOf(
  world: World,
  by: number,
  options: { order?: Partial<Order>; receipt?: Partial<Receipt>; fuel?: bigint; seconds?: number } = {},
): Promise<Work> {
  const { deployment } = world.as(0);
  const { timestampSeconds } = await world.as(0).block('latest');
  const order: Order = {
    manifest: toHex(sha256(MANIFEST_BYTES)),
    requester: world.account(0),
    provider: world.account(by),
    grant: ZERO_32,
    channel: ZERO_32,
    token: deployment.token as Hex,
    maxAmount: 100n,
    assurance: 2,
    replicas: 1,
    auditRatePpm: 1_000_000,
    auditAmount: 10n,
    comparator: ZERO_32,
    auditor: ZERO_ADDRESS,
    expiresAt: BigInt(timestampSeconds + 3_600),
    nonce: ZERO_32,
    ...options.order,
  };
  const stateRoots = [digest(0x10), digest(0x11), digest(0x12)];
  const trace = treeOf(stateRoots.map(root => leafHash(fromHex(root))));
  const opening: ExecutionOpening = {
    salt: ZERO_32,
    exitCode: 0,
    fuel: options.fuel ?? 1_000n,
    rawOutput: digest(0x20),
    trace: trace.root,
  };
  const message: Receipt = {
    manifest: order.manifest,
    order: statementDigest('Order', order, deployment),
    provider: order.provider,
    execution: executionCommitment(opening),
    output: digest(0x30),
    verdict: ZERO_32,
    token: order.token,
    amount: 60n,
    logIndex: 0n,
    anchorBy: BigInt(timestampSeconds + (options.seconds ?? 300)),
    ...options.receipt,
  };
  const receipt = await signStatement('Receipt', message, deployment, world.signer(by));
  return {
    order,
    receipt,
    statement: statementDigest('Receipt', message, deployment),
    opening,
    stateRoots,
    claim(step) {
      return {
        index: BigInt(step),
        count: BigInt(stateRoots.length),
        previousRoot: step === 0 ? ZERO_32 : stateRoots[step - 1]!,
        previousPath: step === 0 ? [] : trace.path(step - 1),
        root: stateRoots[step]!,
        path: trace.path(step),
      };
    },
    outcome(step, root = stateRoots[step]!) {
      const { exitCode, fuel, rawOutput } = opening;
      const isLast = step === stateRoots.length - 1;
      return stepOutcomeDigest({
        stateRoot: root,
        ...(isLast ? { end: { exitCode, fuel, rawOutput } } : {}),
      });
    },
  };
}

export const PREIMAGE = MANIFEST_BYTES;

/** Registers the account as a node of every role, with `stake` base units. */
export async function staked(world: World, i: number, stake: bigint): Promise<void> {
  await world.as(i).nodes.register({ peerId: PEER_ID, roles: 7 });
  await world.as(0).nodes.stake(world.account(i), stake);
}

/** Gives the account KOIN. */
export async function rich(world: World, i: number, amount: bigint): Promise<void> {
  const { token, deployment } = world.as(0);
  await token.transfer(deployment.token as Hex, world.account(i), amount);
}

/** Anchors a log of account `by` that holds the statements as its leaves; answers where they stand. */
export async function anchorLog(
  world: World,
  by: number,
  entries: { type: keyof typeof logEntryTypes; digest: Hex }[],
): Promise<(index: number, anchorIndex?: bigint) => Place> {
  const salt = digest(0x77);
  const tree = treeOf(entries.map(entry => entryHash(logEntryTypes[entry.type], entry.digest, salt)));
  await world.as(by).nodes.anchor(tree.size, tree.root);
  return (index, anchorIndex = 0n) => ({ leafSalt: salt, anchorIndex, path: tree.path(index) });
}

export const SALT = digest(0x5a);

/** The jurors of the present round vote and open their votes; the window they open in has begun afterwards. */
export async function voted(
  world: World,
  dispute: Hex,
  votes: readonly { juror: number; outcome: Hex; isOpened?: boolean }[],
): Promise<DisputeView> {
  const { court } = world.as(0);
  const present = async () => (await court.dispute(dispute))!;
  const { round, commitUntil } = (await present()).juries.at(-1)!;
  for (const { juror, outcome } of votes) {
    const vote = court.voteOf(dispute, round, world.account(juror), outcome, SALT);
    await world.as(juror).court.sealVote(dispute, vote);
  }
  await advanceTo(world, commitUntil);
  for (const { juror, outcome, isOpened = true } of votes) {
    if (isOpened) await world.as(juror).court.openVote(dispute, outcome, SALT);
  }
  return present();
}
