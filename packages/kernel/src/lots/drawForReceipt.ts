import { type Candidate, drawAuditors, drawId, type Hex, KoinonError, roles } from '@koinon/protocol';
import type { NodePorts } from '../ports/ports.ts';
import { beaconOf } from './beaconOf.ts';

/** What decides about a leaf: `seed` is the id of its draw. */
export interface Toss {
  seed: Hex;
  beaconRound: bigint;
  beacon: Hex;
}

/** Who could be drawn for a leaf, with the stakes that count. */
export interface Field {
  /** The block before the leaf's first anchor. */
  stakeBlock: number;
  /** Stake of all nodes, base units of KOIN. */
  total: bigint;
  candidates: Candidate[];
}

/** A field with who owns what, for questions that a field alone does not answer. */
export interface OwnedField extends Field {
  ownerOf(operator: Hex): Hex | undefined;
}

export interface Draw extends Toss, Field {
  round: number;
  /** Ascending; at least one. */
  auditors: Hex[];
}

/** What decides about all leaves that were first anchored in that block; waits until it is known. */
export async function beaconFor(
  { chain }: Pick<NodePorts, 'chain'>,
  anchorBlock: number,
  signal: AbortSignal,
): Promise<Omit<Toss, 'seed'>> {
  const beacons = beaconOf(chain);
  const beaconRound = await beacons.roundAfter(anchorBlock);
  return { beaconRound, beacon: await beacons.value(beaconRound, signal) };
}

/** The lot of a leaf whose first anchor stands in that block. */
export async function tossFor(
  ports: Pick<NodePorts, 'chain'>,
  leaf: Uint8Array,
  anchorBlock: number,
  signal: AbortSignal,
): Promise<Toss> {
  const { beaconRound, beacon } = await beaconFor(ports, anchorBlock, signal);
  return { seed: drawId(beacon, leaf), beaconRound, beacon };
}

/** The auditing nodes with stake before the anchor, less the parties and the other nodes of their owners. */
export async function fieldOf(
  { chain }: Pick<NodePorts, 'chain'>,
  anchorBlock: number,
  parties: readonly Hex[],
): Promise<OwnedField> {
  const stakeBlock = anchorBlock - 1;
  const registry = new Map((await chain.nodes.list()).map(node => [node.operator, node]));
  const barred = new Set(parties.map(party => registry.get(party)?.owner));
  const stakes = await chain.nodes.stakesAt(stakeBlock);
  const candidates = stakes.filter(({ operator }) => {
    const node = registry.get(operator);
    return (
      node !== undefined &&
      (node.roles & roles.audit) !== 0 &&
      !barred.has(node.owner) &&
      !parties.includes(operator)
    );
  });
  const total = stakes.reduce((sum, { stake }) => sum + stake, 0n);
  return { stakeBlock, total, candidates, ownerOf: operator => registry.get(operator)?.owner };
}

/**
 * The auditors the lot gives a leaf. Anyone who reads the chain gets the same. Throws `K_NO_AUDITOR` when there is no
 * candidate.
 */
export async function drawForReceipt(
  ports: Pick<NodePorts, 'chain'>,
  subject: { leaf: Uint8Array; anchorBlock: number; provider: Hex; requester: Hex },
  signal: AbortSignal,
): Promise<Draw> {
  const { leaf, anchorBlock, provider, requester } = subject;
  const toss = await tossFor(ports, leaf, anchorBlock, signal);
  const { ownerOf: _, ...field } = await fieldOf(ports, anchorBlock, [provider, requester]);
  const drawn = drawAuditors(toss.seed, field.candidates, field.total);
  if (!drawn) {
    throw new KoinonError({
      code: 'K_NO_AUDITOR',
      message:
        'No independent auditor had stake when the receipt was anchored, so nobody can be drawn to check it.',
      fault: 'peer',
      next: 'Order without assurance, or wait until an auditing node has staked.',
    });
  }
  return { ...toss, ...field, ...drawn };
}
