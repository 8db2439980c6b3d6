import { logLeafHash, toHex } from '@koinon/protocol';
import { answer } from '../peers/ask.ts';
import type { NodePorts } from '../ports/ports.ts';

/** Tells the leaf hashes of this node's log, from which auditors see what the lot gives them. A hash tells nothing else. */
export function serveLeaves({ network, store }: Pick<NodePorts, 'network' | 'store'>): void {
  answer(network, 'log.leaves', async ({ from, max }) => {
    const { size } = store.log;
    const start = Math.min(from, size);
    const leaves = store.log.leaves(start, Math.min(start + max, size));
    return { size, leaves: leaves.map(({ type, digest, salt }) => toHex(logLeafHash(type, digest, salt))) };
  });
}
