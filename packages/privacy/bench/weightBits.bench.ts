import { COHORT_TARGET, syntheticCohort } from '@koinon/tabular';
import { type WeightBitsRow, weightBits } from './weightBits.ts';

/** Accuracy against bits a weight, on the cohort that `npm start` invents. `weightBitsOf.ts` does the same for a CSV. */
export default async function bench(): Promise<{ title: string; rows: WeightBitsRow[]; note: string }> {
  const csv = new TextEncoder().encode(syntheticCohort({ rows: 4_000, seed: 1 }));
  return {
    title: 'What rounding a model costs: synthetic cohort',
    ...(await weightBits(csv, COHORT_TARGET)),
  };
}
