import { signStatement, toHex } from '@koinon/protocol';
import { answer } from '../peers/ask.ts';
import { nowSeconds } from '../ports/clock.ts';
import type { NodePorts } from '../ports/ports.ts';

/** Answers questions about this node's log: its head, and proofs about it. Its leaves tell nothing by themselves. */
export function serveLog(
  ports: Pick<NodePorts, 'network' | 'store' | 'signer' | 'deployment' | 'clock'>,
): void {
  const { network, store, signer, deployment, clock } = ports;
  answer(network, 'log.head', async () => {
    const size = store.log.size;
    const head = await signStatement(
      'LogHead',
      {
        node: signer.address,
        size: BigInt(size),
        root: toHex(store.log.root(size)),
        issuedAt: nowSeconds(clock),
      },
      deployment,
      signer,
    );
    return { head };
  });
  answer(network, 'log.inclusion', async ({ index, size }) => ({
    index,
    size,
    path: store.log.inclusion(index, size).map(toHex),
  }));
  answer(network, 'log.consistency', async ({ first, second }) => ({
    path: store.log.consistency(first, second).map(toHex),
  }));
}
