import { toHex } from '@koinon/protocol';
import { answer } from '../peers/ask.ts';
import type { NodePorts } from '../ports/ports.ts';
import type { HeadBook } from './headBook.ts';

/** Answers questions about this node's log: its head, and proofs about it. Its leaves tell nothing by themselves. */
export function serveLog(ports: Pick<NodePorts, 'network' | 'store'>, heads: HeadBook): void {
  const { network, store } = ports;
  answer(network, 'log.head', async () => ({ head: await heads.current() }));
  answer(network, 'log.inclusion', async ({ index, size }) => ({
    index,
    size,
    path: store.log.inclusion(index, size).map(toHex),
  }));
  answer(network, 'log.consistency', async ({ first, second }) => ({
    path: store.log.consistency(first, second).map(toHex),
  }));
}
