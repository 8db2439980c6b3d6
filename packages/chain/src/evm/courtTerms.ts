import type { CourtTerms } from '../court.ts';
import type { Contracts } from './contracts.ts';

/** What the court was deployed with. */
export async function readCourtTerms(contracts: Contracts): Promise<CourtTerms> {
  const seconds = (name: 'EVIDENCE' | 'DEMAND' | 'REPORT' | 'COMMIT' | 'REVEAL' | 'APPEAL') =>
    contracts.read('court', `${name}_WINDOW`, []);
  const [terms, maxRounds, evidence, demand, report, commit, reveal, appeal] = await Promise.all([
    contracts.read('court', 'terms', []),
    contracts.read('court', 'MAX_ROUNDS', []),
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
