import { ANCHOR_EPOCH_SECONDS, toHex } from '@koinon/protocol';
import type { NodePorts } from '../ports/ports.ts';

export interface LogAnchoring {
  /** Asks for an anchor; several asks become one transaction. */
  request(): void;
  /** Anchors now what is not anchored yet; nothing when all is. */
  flush(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Keeps the node's log anchored: one transaction whatever the number of entries, `delayMs` after the first unanchored
 * one (an epoch on a real network, a moment on a local one).
 */
export function startAnchoring(
  ports: Pick<NodePorts, 'store' | 'chain' | 'clock' | 'signer' | 'journal' | 'checkpoint'>,
  options: { delayMs?: number } = {},
): LogAnchoring {
  const { store, chain, clock, signer, journal, checkpoint } = ports;
  const delayMs = options.delayMs ?? ANCHOR_EPOCH_SECONDS * 1000;
  const stopping = new AbortController();
  let running: Promise<void> | undefined;

  const flush = async (): Promise<void> => {
    const size = store.log.size;
    const head = await chain.nodes.head(signer.address);
    if (BigInt(size) <= head.size) return;
    const root = toHex(store.log.root(size));
    const mined = await chain.nodes.anchor(BigInt(size), root);
    journal.note('log-anchored', { size, root, transaction: mined.transaction, gasUsed: mined.gasUsed });
    await checkpoint('log-anchored');
  };

  const loop = async (): Promise<void> => {
    let failures = 0;
    for (;;) {
      await clock.wait(delayMs * 2 ** failures, stopping.signal);
      if (stopping.signal.aborted) return;
      try {
        const size = store.log.size;
        await flush();
        failures = 0;
        if (store.log.size === size) return;
      } catch (error) {
        failures = Math.min(failures + 1, 6);
        journal.note('anchor-failed', { reason: error instanceof Error ? error.message : String(error) });
      }
    }
  };

  const request = (): void => {
    if (stopping.signal.aborted || running) return;
    running = loop().finally(() => {
      running = undefined;
    });
  };

  return {
    request,
    flush,
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
}
