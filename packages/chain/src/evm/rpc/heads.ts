import type { Clock } from '../../clock.ts';
import type { BlockHead } from '../../port/chain.ts';
import { getBlock, headOf } from './answers.ts';
import type { Rpc } from './failover.ts';

export interface Heads {
  /**
   * Calls the listener at every poll with the newest block and whether it is another one than at the poll before.
   * Polling runs only while somebody listens. Returns what ends it.
   */
  listen(listener: (head: BlockHead, isNew: boolean) => void): () => void;
  close(): void;
}

/** Polls for the newest block. A dead endpoint means no calls until it is back; nothing is thrown. */
export function pollHeads({ rpc, clock, pollingMs }: { rpc: Rpc; clock: Clock; pollingMs: number }): Heads {
  const listeners = new Set<(head: BlockHead, isNew: boolean) => void>();
  let running: AbortController | undefined;
  let last: BlockHead | undefined;

  async function poll(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await rpc.refreshHeads();
        const block = await getBlock(rpc, 'latest');
        if (signal.aborted) return;
        if (block !== undefined) {
          const head = headOf(block);
          const isNew = head.hash !== last?.hash;
          last = head;
          for (const listener of [...listeners]) listener(head, isNew);
        }
      } catch {
        // Reported by whatever request is waiting for an answer; the next round may succeed.
      }
      await clock.wait(pollingMs, signal);
    }
  }

  return {
    listen(listener) {
      listeners.add(listener);
      if (running === undefined) {
        running = new AbortController();
        void poll(running.signal);
      }
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0) {
          running?.abort();
          running = undefined;
        }
      };
    },
    close() {
      listeners.clear();
      running?.abort();
      running = undefined;
    },
  };
}
