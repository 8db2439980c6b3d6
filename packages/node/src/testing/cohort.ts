import { type Hex, type Policy, type TableDescription, utf8 } from '@koinon/protocol';
import {
  buildTable,
  COHORT_TARGET,
  describeTable,
  holdBack,
  inferSchema,
  parseTable,
  syntheticCohort,
  tableBytes,
} from '@koinon/tabular';

/** A synthetic cohort as a table with rows held back, and what everybody may know of it. */
export function cohortTable(rows = 300): { content: Uint8Array; description: TableDescription } {
  const raw = parseTable(utf8.encode(syntheticCohort({ rows, seed: 7 })));
  const built = buildTable(raw, inferSchema(raw, { target: COHORT_TARGET }), { minCategoryRows: 10 });
  const table = holdBack(built, { share: 0.2, seed: 1, target: COHORT_TARGET });
  return {
    content: tableBytes(table),
    description: describeTable(table, { target: COHORT_TARGET, minRows: 10 }),
  };
}

/** A policy as an owner of a cohort would have it, its auditor being the node named. */
export function cohortPolicy(auditor: Hex, token: Hex, change: Partial<Policy> = {}): Policy {
  return {
    koinon: 'policy/2',
    minGroupRows: 10,
    outputs: { model: 1, metrics: 1, evaluation: 1 },
    weightBits: 8,
    ratePermille: 5,
    groups: ['sex'],
    opaqueBits: 0,
    publicInputs: [],
    candidates: true,
    bits: { job: 2_000, requesterYear: 20_000, year: 100_000, total: 100_000 },
    maxUses: 10,
    token,
    amount: 10n ** 17n,
    dryRunAmount: 10n ** 16n,
    auditors: [auditor],
    maxFuel: 1e12,
    maxRunMs: 60_000,
    ...change,
  };
}
