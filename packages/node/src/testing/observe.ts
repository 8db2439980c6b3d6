import type { AuditReport } from '@koinon/protocol';
import type { SeededNetwork } from './seededNetwork.ts';

/** The audit reports in a member's log, oldest first. */
export function reportsOf(network: SeededNetwork, name: string): AuditReport[] {
  const { log } = network.member(name).store;
  return Array.from({ length: log.size }, (_, index) => log.at(index)!).flatMap(entry =>
    entry.type === 'AuditReport' ? [entry.message] : [],
  );
}
