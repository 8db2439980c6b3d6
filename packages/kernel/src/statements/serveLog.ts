import { logLeafHash, toHex } from '@koinon/protocol';
import { answer } from '../peers/ask.ts';
import type { NodePorts } from '../ports/ports.ts';
import type { HeadBook } from './headBook.ts';

/**
 * Answers questions about this node's log: its head, its leaf hashes, from which auditors see what the lot gives them, and
 * proofs. Leaves tell nothing by themselves. Returns what ends it.
 */
export function serveLog(
  { network, store }: Pick<NodePorts, 'network' | 'store'>,
  heads: HeadBook,
): () => void {
  const ends = [
    answer(network, 'log.head', async () => ({ head: await heads.current() })),
    answer(network, 'log.inclusion', async ({ index, size }) => ({
      index,
      size,
      path: store.log.inclusion(index, size).map(toHex),
    })),
    answer(network, 'log.consistency', async ({ first, second }) => ({
      path: store.log.consistency(first, second).map(toHex),
    })),
    answer(network, 'log.leaves', async ({ from, max }) => {
      const { size } = store.log;
      const start = Math.min(from, size);
      const leaves = store.log.leaves(start, Math.min(start + max, size));
      return { size, leaves: leaves.map(({ type, digest, salt }) => toHex(logLeafHash(type, digest, salt))) };
    }),
  ];
  return () => {
    for (const end of ends) end();
  };
}
