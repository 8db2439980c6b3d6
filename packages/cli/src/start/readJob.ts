import { COHORT_TARGET, syntheticCohort } from '@koinon/tabular';
import { checkTable, nameOfFile, readTable, requireName, targetMissing } from '../data/readTable.ts';
import { usageError } from '../terminal/usageError.ts';
import type { MainJob } from './runMainJob.ts';

export const COHORT_ROWS = 4_000;
const COHORT_SEED = 20261122;
/** Rows that no model is trained on: public for strangers' nodes to test on, or held back at the custodian. */
const TEST_SHARE = 0.2;

export interface JobOptions {
  csv?: string;
  target?: string;
  exclude?: string[];
  name?: string;
  /** Make no row public: the model is tested at the custodian, on rows held back from training. */
  privateTest?: boolean;
  /** One provider of public work lies. */
  cheat?: boolean;
}

/** The job to show; a file of the user's is read and checked before anything is started. */
export async function readJob(options: JobOptions): Promise<MainJob> {
  if (options.name !== undefined) requireName(options.name, 'model');
  const { target, csv: file } = options;
  if (options.cheat && options.privateTest) {
    throw usageError(
      'With --private-test nothing is computed in public, so no stranger has anything to cheat with.',
      'Give --cheat or --private-test, not both.',
    );
  }
  const shares = options.privateTest
    ? { publicShare: 0, heldBackShare: TEST_SHARE }
    : { publicShare: TEST_SHARE, heldBackShare: 0 };
  if (file === undefined) {
    const stray = (['target', 'exclude'] as const).find(name => options[name] !== undefined);
    if (stray)
      throw usageError(`--${stray} is about a table of your own.`, 'Give the table too: --csv FILE.');
    return {
      name: options.name ?? 'heart-risk',
      csv: new TextEncoder().encode(syntheticCohort({ rows: COHORT_ROWS, seed: COHORT_SEED })),
      target: COHORT_TARGET,
      exclude: [],
      ...shares,
      isInvented: true,
      purpose: 'Estimate the risk of single patients, to support doctors; not for insurance or hiring.',
    };
  }
  const csv = await readTable(file);
  const exclude = options.exclude ?? [];
  const { raw, schema } = checkTable(csv, { ...(target === undefined ? {} : { target }), exclude });
  if (target === undefined) throw targetMissing(raw);
  return {
    name: options.name ?? nameOfFile(file),
    csv,
    target,
    exclude: schema.excluded,
    ...shares,
    isInvented: false,
    purpose: `Predict ${target}.`,
  };
}
