import { COHORT_TARGET, syntheticCohort } from '@koinon/tabular';
import { checkTable, listOf, nameOfFile, readTable, requireName, targetMissing } from '../data/readTable.ts';
import { usageError } from '../terminal/usageError.ts';
import type { MainJob } from './runMainJob.ts';

export const COHORT_ROWS = 4_000;
const COHORT_SEED = 20261122;

export interface JobOptions {
  csv?: string;
  target?: string;
  exclude?: string;
  name?: string;
}

/** The job to show; a file of the user's is read and checked before anything is started. */
export async function readJob(options: JobOptions): Promise<MainJob> {
  if (options.name !== undefined) requireName(options.name, 'model');
  const { target, csv: file } = options;
  if (file === undefined) {
    const stray = (['target', 'exclude'] as const).find(name => options[name] !== undefined);
    if (stray)
      throw usageError(`--${stray} is about a table of your own.`, 'Give the table too: --csv FILE.');
    return {
      name: options.name ?? 'heart-risk',
      csv: new TextEncoder().encode(syntheticCohort({ rows: COHORT_ROWS, seed: COHORT_SEED })),
      target: COHORT_TARGET,
      exclude: [],
      purpose: 'Estimate the risk of single patients, to support doctors; not for insurance or hiring.',
    };
  }
  const csv = await readTable(file);
  const exclude = listOf(options.exclude);
  const { raw } = checkTable(csv, { ...(target === undefined ? {} : { target }), exclude });
  if (target === undefined) throw targetMissing(raw);
  return { name: options.name ?? nameOfFile(file), csv, target, exclude, purpose: `Predict ${target}.` };
}
