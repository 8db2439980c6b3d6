import { fromHex, type Hex, type Inclusion, KoinonError, toHex, verifyInclusion } from '@koinon/protocol';
import { ask } from '../peers/ask.ts';
import type { NodePorts } from '../ports/ports.ts';

/**
 * Waits until a node has anchored the log that holds the leaf, asks it for the path, and checks the path against the
 * root on chain. Throws `K_NOT_ANCHORED` when the chain's time has passed `untilSeconds` without an anchor, and
 * `K_NOT_IN_LOG` when the log that was anchored does not hold the leaf.
 */
export async function proveInclusion(
  ports: Pick<NodePorts, 'chain' | 'network'>,
  claim: {
    node: Hex;
    leaf: Uint8Array;
    leafSalt: Hex;
    index: number;
    untilSeconds: bigint;
    /** A path to that anchor somebody else brought: the node need not be asked. */
    path?: readonly Hex[] | undefined;
  },
  signal: AbortSignal,
): Promise<Inclusion> {
  const { node, leaf, leafSalt, index, untilSeconds } = claim;
  let anchor = await ports.chain.nodes.anchorTransaction(node, BigInt(index) + 1n);
  while (!anchor) {
    const { number, timestampSeconds } = await ports.chain.block('latest');
    if (BigInt(timestampSeconds) > untilSeconds) throw notAnchored(node, index);
    await ports.chain.waitForBlock(number + 1, signal);
    anchor = await ports.chain.nodes.anchorTransaction(node, BigInt(index) + 1n);
  }
  const size = Number(anchor.size);
  const { root } = anchor;
  const leadsThere = (path: readonly Hex[]) =>
    verifyInclusion({ leaf, index, size, path: path.map(fromHex), root: fromHex(root) });
  const isBrought = claim.path !== undefined && leadsThere(claim.path);
  const path = isBrought
    ? [...claim.path!]
    : (await ask(ports.network, node, 'log.inclusion', { index, size }, { signal })).path;
  const holds = isBrought || leadsThere(path);
  if (!holds) {
    throw new KoinonError({
      code: 'K_NOT_IN_LOG',
      message: `The log that node ${node} anchored does not hold the statement it signed at index ${index}.`,
      fault: 'peer',
      data: { node, index, size, root: anchor.root, leaf: toHex(leaf) },
    });
  }
  const { transaction, block, blockHash } = anchor;
  return { node, leafSalt, index, size, root: anchor.root, path, anchor: { transaction, block, blockHash } };
}

function notAnchored(node: Hex, index: number): KoinonError {
  return new KoinonError({
    code: 'K_NOT_ANCHORED',
    message: `Node ${node} has not anchored the statement it signed at index ${index} of its log in time.`,
    fault: 'peer',
    data: { node, index },
    next: 'Nothing was paid for it. Use another node.',
  });
}
