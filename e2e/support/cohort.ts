import type { MainJob } from '@koinon/cli/testing';
import { COHORT_TARGET, syntheticCohort } from '@koinon/tabular';

/** Rows enough that every group of the cohort can be told. */
const ROWS = 600;

/** The main job on a small invented cohort. */
export const smallJob: MainJob = {
  name: 'heart-risk',
  csv: new TextEncoder().encode(syntheticCohort({ rows: ROWS, seed: 20_261_122 })),
  target: COHORT_TARGET,
  exclude: [],
  heldBackShare: 0,
  publicShare: 0.2,
  isInvented: true,
  purpose: 'Estimate the risk of single patients, to support doctors.',
};
