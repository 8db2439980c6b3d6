import { KoinonError } from '@koinon/protocol';
import type { Clock } from '../ports/clock.ts';

/** Errors of a peer or the chain that a moment may mend. */
const PASSING = new Set([
  'K_PEER_UNREACHABLE',
  'K_PEER_TIMEOUT',
  'K_PEER_UNKNOWN',
  'K_NOT_REGISTERED',
  'K_REGISTRY_SILENT',
  'K_RPC_UNREACHABLE',
  'K_RATE_LIMITED',
  'K_BUSY',
  'K_BLOB_MISSING',
  'K_BLOB_NOT_FOUND',
]);
/** How long passing errors are borne, milliseconds. */
const PATIENCE_MS = 120_000;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;

/** Runs it again while it fails for a passing reason, with growing pauses; throws the last error when patience ends. */
export async function patiently<T>(clock: Clock, run: () => Promise<T>, signal: AbortSignal): Promise<T> {
  const giveUpAtMs = clock.nowMs() + PATIENCE_MS;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
    if (signal.aborted) throw new KoinonError({ code: 'K_STOPPED', message: 'Stopped.', fault: 'platform' });
    try {
      return await run();
    } catch (error) {
      const isPassing = error instanceof KoinonError && PASSING.has(error.code);
      if (!isPassing || signal.aborted || clock.nowMs() + pauseMs > giveUpAtMs) throw error;
      await clock.wait(pauseMs, signal);
    }
  }
}
