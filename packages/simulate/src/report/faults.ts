import type { Row, Summary } from './summary.ts';

/** Beyond this a measured rate is not what the formula says; 17 rows stay within it in 99.9 of 100 campaigns. */
const Z_MAX = 4;
/** Catches to be expected before a mean says who gains: with so many, none at all happens once in 150 campaigns. */
const CATCHES_MIN = 5;
/** Rings of which one must have had an opportunity. */
const RINGS_MIN = 5;

/** Whatever is not as it must be, one sentence each; empty when the network held. */
export function faultsOf(summary: Summary): string[] {
  const faults: string[] = [];
  if (summary.honestConvicted > 0) faults.push(`${summary.honestConvicted} honest nodes were convicted.`);
  if (summary.honestLossKoin > 0) faults.push(`Honest nodes lost ${summary.honestLossKoin} KOIN of stake.`);
  if (summary.unfinished > 0) faults.push(`${summary.unfinished} disputes never ended.`);
  for (const row of summary.rows) faults.push(...faultsOfRow(row));
  return faults;
}

function faultsOfRow(row: Row): string[] {
  const { kind, trials, measured, predicted, z, rings, netKoin } = row;
  if (trials === 0) return rings >= RINGS_MIN ? [`${kind} never had the chance to be caught.`] : [];
  const faults: string[] = [];
  if (Math.abs(z) > Z_MAX) {
    faults.push(
      `${kind} was caught at ${percent(measured)} where the formula says ${percent(predicted)} (z ${z.toFixed(1)}).`,
    );
  }
  // The program that leaks has nothing to lose: it is stopped, not punished.
  if (kind !== 'row-writer' && trials * predicted >= CATCHES_MIN && netKoin >= 0) {
    faults.push(`${kind} gained ${netKoin.toFixed(2)} KOIN on average.`);
  }
  return faults;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
