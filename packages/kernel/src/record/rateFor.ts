import { auditRatePpm, burnableStake, type Exposure } from '@koinon/integrity';
import type { Hex } from '@koinon/protocol';
import type { NodePorts } from '../ports/ports.ts';
import { type AuditRecord, trustOf } from './auditRecord.ts';

/** What a provider stands to lose and to win with one more order, from the chain. */
export async function exposureOf(
  { chain }: Pick<NodePorts, 'chain'>,
  provider: Hex,
  gain: bigint,
): Promise<Exposure> {
  const [node, gainInFlight] = await Promise.all([
    chain.nodes.get(provider),
    chain.escrow.exposure(provider),
  ]);
  return { bond: node?.stake ?? 0n, gain, gainInFlight };
}

/**
 * Share of this provider's receipts to have replayed, ppm: all of a stranger's, fewer of one with a record, never fewer than
 * its stake allows. Throws `K_BOND_TOO_SMALL`.
 */
export async function rateFor(
  ports: Pick<NodePorts, 'chain'>,
  record: AuditRecord,
  work: { provider: Hex; program: string; maxAmount: bigint },
): Promise<number> {
  const exposure = await exposureOf(ports, work.provider, work.maxAmount);
  const burned = { ...exposure, bond: burnableStake(exposure.bond) };
  return auditRatePpm(burned, (await trustOf(ports, record))(work.provider, work.program));
}
