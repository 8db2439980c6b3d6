import { parse } from 'csv-parse/sync';
import {
  COHORT_TARGET,
  decodeTable,
  encodeTable,
  inferSchema,
  parseTable,
  syntheticCohort,
} from '../src/index.ts';

/** From CSV to the table a program reads, and the parsing alone beside csv-parse. */
export default async function bench(): Promise<{
  title: string;
  rows: Array<Record<string, string | number>>;
  note?: string;
}> {
  const rows: Array<Record<string, string | number>> = [];
  for (const count of [8_000, 40_000]) {
    const csv = new TextEncoder().encode(syntheticCohort({ rows: count, seed: 1 }));
    const library = best(() => parse(csv));
    const parsed = best(() => parseTable(csv));
    const raw = parseTable(csv);
    const inferred = best(() => inferSchema(raw, { target: COHORT_TARGET }));
    const schema = inferSchema(raw, { target: COHORT_TARGET });
    const encoded = best(() => encodeTable(raw, schema, { minCategoryRows: 10 }));
    const bytes = encodeTable(raw, schema, { minCategoryRows: 10 });
    const decoded = best(() => decodeTable(bytes));
    rows.push({
      rows: count,
      columns: raw.columns.length,
      'parse ms': rounded(parsed),
      'infer ms': rounded(inferred),
      'encode ms': rounded(encoded),
      'decode ms': rounded(decoded),
      'csv-parse / ours, parsing': rounded(library / parsed),
    });
  }
  return {
    title: 'A CSV becomes a table',
    rows,
    note: 'Best of five; csv-parse returns strings, ours cuts cells on demand.',
  };
}

function best(run: () => unknown): number {
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 5; i++) {
    const start = performance.now();
    run();
    least = Math.min(least, performance.now() - start);
  }
  return least;
}

function rounded(value: number): number {
  return Number(value.toPrecision(3));
}
