import { type Hex, KoinonError, sha256, toHex, utf8 } from '@koinon/protocol';
import type { PublicRows } from './prepareTable.ts';

/**
 * What stands for a yes to these very rows: sha256("koinon/public-rows" ‖ seed ‖ their table file). Another table, share,
 * target or seed gives away other rows and needs another yes.
 */
export function consentTo(rows: PublicRows, seed: Uint8Array): Hex {
  return toHex(sha256(utf8.encode('koinon/public-rows'), seed, rows.file));
}

/** Throws `K_PUBLIC_ROWS_UNSEEN` unless the consent is one to these very rows. */
export function requireConsent(rows: PublicRows, seed: Uint8Array, consent: Hex | undefined): void {
  if (consent === consentTo(rows, seed)) return;
  throw new KoinonError({
    code: 'K_PUBLIC_ROWS_UNSEEN',
    message:
      consent === undefined
        ? `${rows.table.rows} rows would become public, for ever, and nobody says that they were looked at.`
        : `${rows.table.rows} rows would become public, for ever, and they are not the rows that were looked at.`,
    fault: 'user',
    next: 'Look at them (POST /api/datasets/preview, same query and file), then publish with the seed and the consent it answers; or publish no rows: publicShare=0.',
  });
}

/** The first of the rows as they would be published, a text for each cell, '' where missing. */
export function shownRows({ table }: PublicRows, most: number): string[][] {
  return Array.from({ length: Math.min(most, table.rows) }, (_, row) =>
    table.columns.map(column => {
      if (column.type === 'category') return column.dictionary[column.codes[row]!] ?? '';
      const value = column.values[row]!;
      return Number.isNaN(value) ? '' : shortest(value);
    }),
  );
}

/** The decimal with the fewest digits that is this float32. */
function shortest(value: number): string {
  for (let digits = 1; digits < 9; digits++) {
    const candidate = Number(value.toPrecision(digits));
    if (Math.fround(candidate) === value) return `${candidate}`;
  }
  return `${value}`;
}
