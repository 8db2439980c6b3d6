import { type AuditReport, KoinonError } from '@koinon/protocol';
import type { SeededNetwork } from './seededNetwork.ts';

const LOOK_EVERY_MS = 5;
/** Real time after which a test has failed: only a machine that does nothing at all takes as long for what works. */
export const PATIENCE_MS = 240_000;

/** What `look` finds, as soon as it finds anything. For tests of what happens by itself. */
export async function until<T>(look: () => T[] | Promise<T[]>): Promise<T[]> {
  const giveUpAtMs = performance.now() + PATIENCE_MS;
  for (;;) {
    const found = await look();
    if (found.length > 0) return found;
    if (performance.now() > giveUpAtMs) {
      throw new KoinonError({ code: 'K_TEST_LATE', message: 'It did not happen.', fault: 'bug' });
    }
    await new Promise(resolve => setTimeout(resolve, LOOK_EVERY_MS));
  }
}

/** The audit reports in a member's log, oldest first. */
export function reportsOf(network: SeededNetwork, name: string): AuditReport[] {
  const { log } = network.member(name).store;
  return Array.from({ length: log.size }, (_, index) => log.at(index)!).flatMap(entry =>
    entry.type === 'AuditReport' ? [entry.message] : [],
  );
}
