import {
  type Candidate,
  drawAuditor,
  drawId,
  type Hex,
  type Inclusion,
  KoinonError,
  roles,
} from '@koinon/protocol';
import type { NodePorts } from '../ports/ports.ts';

export interface Draw {
  id: Hex;
  beacon: Hex;
  beaconBlock: number;
  candidates: Candidate[];
  auditor: Hex;
}

/**
 * The auditor the lot gives a leaf: the beacon is the hash of the block after the anchor, the candidates are the
 * auditing nodes with stake before it, less those of the provider's and the requester's owners. Anyone who reads the
 * chain gets the same. Throws `K_NO_AUDITOR` when there is no candidate.
 */
export async function drawForReceipt(
  ports: Pick<NodePorts, 'chain'>,
  subject: { leaf: Uint8Array; inclusion: Inclusion; provider: Hex; requester: Hex },
  signal: AbortSignal,
): Promise<Draw> {
  const { chain } = ports;
  const anchorBlock = subject.inclusion.anchor.block;
  const beaconBlock = anchorBlock + 1;
  const beacon = (await chain.waitForBlock(beaconBlock, signal)).hash;
  const registry = new Map((await chain.nodes.list()).map(node => [node.operator, node]));
  const barred = new Set([subject.provider, subject.requester].map(party => registry.get(party)?.owner));
  const candidates = (await chain.nodes.stakesAt(anchorBlock - 1))
    .filter(({ operator }) => {
      const node = registry.get(operator);
      return node !== undefined && (node.roles & roles.audit) !== 0 && !barred.has(node.owner);
    })
    .filter(({ operator }) => operator !== subject.provider && operator !== subject.requester);
  const auditor = drawAuditor({ beacon, leaf: subject.leaf, candidates });
  if (!auditor) {
    throw new KoinonError({
      code: 'K_NO_AUDITOR',
      message:
        'No independent auditor had stake when the receipt was anchored, so nobody can be drawn to check it.',
      fault: 'peer',
      next: 'Order without assurance, or wait until an auditing node has staked.',
    });
  }
  return { id: drawId(beacon, subject.leaf), beacon, beaconBlock, candidates, auditor };
}
