import type { CourtTerms } from '../../port/court.ts';
import type { CallParts } from './parts.ts';

/** What the court was deployed with. */
export async function readCourtTerms({
  contracts,
  on,
}: Pick<CallParts, 'contracts' | 'on'>): Promise<CourtTerms> {
  const seconds = (name: 'EVIDENCE' | 'DEMAND' | 'REPORT' | 'COMMIT' | 'REVEAL' | 'APPEAL') =>
    contracts.read(on.court, `${name}_WINDOW`, []);
  const [terms, maxRounds, evidence, demand, report, commit, reveal, appeal] = await Promise.all([
    contracts.read(on.court, 'terms', []),
    contracts.read(on.court, 'MAX_ROUNDS', []),
    seconds('EVIDENCE'),
    seconds('DEMAND'),
    seconds('REPORT'),
    seconds('COMMIT'),
    seconds('REVEAL'),
    seconds('APPEAL'),
  ]);
  return {
    ...terms,
    maxRounds,
    evidenceSeconds: evidence,
    demandSeconds: demand,
    reportSeconds: report,
    commitSeconds: commit,
    revealSeconds: reveal,
    appealSeconds: appeal,
  };
}
