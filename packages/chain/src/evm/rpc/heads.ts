import type { Clock } from '../../clock.ts';
import { type Block, getBlock } from './answers.ts';
import type { Rpc } from './failover.ts';

type Listener = (head: Block, isNew: boolean) => void;

export interface Heads {
  /**
   * Calls the listener at every poll with the newest block and whether it is another one than at the poll before.
   * Polling runs only while somebody listens, and quickly only while somebody listens urgently. Returns what ends it.
   */
  listen(listener: Listener, pace?: 'urgent' | 'idle'): () => void;
  /** Where something happens, more does soon: polls quickly, and then more and more seldom. */
  quicken(): void;
  close(): void;
}

export interface PollOptions {
  rpc: Rpc;
  clock: Clock;
  /** Pause between two polls while somebody listens urgently, milliseconds. */
  pollingMs: number;
  /** To what it grows while nobody does and nothing happens, milliseconds. */
  idlePollingMs: number;
}

const WOKEN = 'woken';

/** Polls for the newest block. A dead endpoint means no calls until it is back; nothing is thrown. */
export function pollHeads({ rpc, clock, pollingMs, idlePollingMs }: PollOptions): Heads {
  const urgent = new Set<Listener>();
  const idle = new Set<Listener>();
  let last: Block | undefined;
  /** The run of polls that is under way, until nobody listens. */
  let run = 0;
  let isRunning = false;
  let pauseMs = pollingMs;
  let nextAtMs = 0;
  let nap: AbortController | undefined;

  async function poll(): Promise<void> {
    try {
      await rpc.refreshHeads();
      const head = await getBlock(rpc, 'latest');
      if (head === undefined) return;
      const isNew = head.hash !== last?.hash;
      last = head;
      for (const listener of [...urgent, ...idle]) listener(head, isNew);
    } catch {
      // Reported by whatever request is waiting for an answer; the next round may succeed.
    }
  }

  async function pollOn(own: number): Promise<void> {
    while (own === run) {
      nextAtMs = Number.POSITIVE_INFINITY;
      await poll();
      if (own !== run) return;
      nextAtMs = Math.min(nextAtMs, clock.nowMs() + (urgent.size > 0 ? pollingMs : pauseMs));
      pauseMs = Math.min(idlePollingMs, pauseMs * 2);
      do {
        nap = new AbortController();
        await clock.wait(nextAtMs - clock.nowMs(), nap.signal);
      } while (own === run && nextAtMs > clock.nowMs());
    }
  }

  /** The next poll comes no later than this. */
  function soon(): void {
    const atMs = clock.nowMs() + pollingMs;
    if (atMs >= nextAtMs) return;
    nextAtMs = atMs;
    nap?.abort(WOKEN);
  }

  function stop(): void {
    run++;
    isRunning = false;
    nap?.abort(WOKEN);
  }

  return {
    listen(listener, pace = 'urgent') {
      const among = pace === 'urgent' ? urgent : idle;
      among.add(listener);
      if (!isRunning) {
        isRunning = true;
        pauseMs = pollingMs;
        void pollOn(run);
      } else if (pace === 'urgent') soon();
      return () => {
        among.delete(listener);
        if (isRunning && urgent.size + idle.size === 0) stop();
      };
    },
    quicken() {
      pauseMs = pollingMs;
      if (isRunning) soon();
    },
    close() {
      urgent.clear();
      idle.clear();
      stop();
    },
  };
}
