import { z } from 'zod';
import type { Clock } from '../clock.ts';
import type { RpcTransport } from '../evm/rpc/transport.ts';

export interface MineOnDemandOptions {
  transport: RpcTransport;
  clock: Clock;
  /** Time between blocks while there are transactions, milliseconds. */
  blockMs: number;
  /** Time between blocks otherwise, milliseconds. */
  idleMs: number;
  signal: AbortSignal;
}

/** Blocks made after the last one with a transaction at full pace: lots are drawn from the hash of the next block. */
const TRAILING_BLOCKS = 2;
const poolSchema = z.object({ pending: z.string() });

/** Makes blocks where transactions wait, and now and then otherwise, so that time goes on. */
export function mineOnDemand({ transport, clock, blockMs, idleMs, signal }: MineOnDemandOptions): void {
  const ask = (method: string) => transport.request(method, [], signal);
  void (async () => {
    let minedAtMs = Number.NEGATIVE_INFINITY;
    let trailing = TRAILING_BLOCKS;
    while (!signal.aborted) {
      const startedMs = clock.nowMs();
      try {
        const waiting = Number(poolSchema.parse(await ask('txpool_status')).pending);
        if (waiting > 0) trailing = TRAILING_BLOCKS + 1;
        if (trailing > 0 || startedMs - minedAtMs >= idleMs) {
          await ask('evm_mine');
          minedAtMs = startedMs;
          if (trailing > 0) trailing--;
        }
      } catch {
        // Starting, stopping, or briefly too busy.
      }
      await clock.wait(Math.max(1, blockMs - (clock.nowMs() - startedMs)), signal);
    }
  })();
}
