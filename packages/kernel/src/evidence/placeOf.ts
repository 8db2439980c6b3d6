import type { Place } from '@koinon/chain';
import { type Hex, toHex } from '@koinon/protocol';
import { numberAnchors } from '../monitor/numberAnchors.ts';
import type { NodePorts } from '../ports/ports.ts';

/** Where an entry of this node's log stands, by the first anchor that holds it; undefined before there is one. */
export async function placeOf(
  { chain, signer, store }: Pick<NodePorts, 'chain' | 'signer' | 'store'>,
  index: number,
  leafSalt: Hex,
): Promise<Place | undefined> {
  const anchors = numberAnchors(await chain.nodes.anchors(signer.address));
  const anchor = anchors.find(({ size }) => size > BigInt(index));
  if (!anchor) return undefined;
  const path = store.log.inclusion(index, Number(anchor.size)).map(toHex);
  return { leafSalt, anchorIndex: BigInt(anchor.index), path };
}
