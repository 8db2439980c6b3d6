import { exponentOf } from '@koinon/protocol';
import type { RawTable } from './rawTable.ts';
import { shown } from './tableError.ts';

/** How many people a few columns single out: of the rows looked at, the share that nobody else is like in them. */
export interface SinglingOut {
  /** Rows looked at; fewer than there are where the table is large, and the share is then rather too high. */
  rows: number;
  /** The worst one, two and three columns, as many as there are. */
  worst: { columns: string[]; uniqueShare: number }[];
}

/** Bounds of the work: 12 columns have 66 pairs and 220 triples, each of which is one pass over the rows. */
const ROWS_MAX = 20_000;
const CELLS_MAX = 2 ** 21;
const COLUMNS_MAX = 12;

/** A column, or several as one: a number for each row, equal where the cells are equal. */
interface Coded {
  columns: string[];
  codes: Uint32Array;
  distinct: number;
}

/**
 * The worst column, pair and triple among the twelve with the most different values (the worst column among all), over
 * rows spread evenly through the file. A missing cell counts as a value.
 */
export function singlingOut(raw: RawTable, columns: readonly string[] = raw.columns): SinglingOut {
  const rows = Math.min(raw.rows, ROWS_MAX, Math.floor(CELLS_MAX / Math.max(1, columns.length)));
  const all = columns.map(name => codesOf(raw, name, rows));
  const singles = [...all].sort((a, b) => b.distinct - a.distinct).slice(0, COLUMNS_MAX);
  const unite = uniter(rows);
  let pair: SinglingOut['worst'][number] | undefined;
  let triple: SinglingOut['worst'][number] | undefined;
  for (const [i, first] of singles.entries()) {
    for (const [j, second] of singles.entries()) {
      if (j <= i) continue;
      const two = unite(first, second);
      pair = worse(pair, two);
      for (const third of singles.slice(j + 1)) triple = worse(triple, unite(two, third));
    }
  }
  const single = all.reduce<SinglingOut['worst'][number] | undefined>(worse, undefined);
  return { rows, worst: [single, pair, triple].filter(found => found !== undefined) };
}

/** The shares as sentences, for an owner who is about to publish. */
export function tellSinglingOut({ rows, worst }: SinglingOut): string[] {
  return worst
    .filter(({ uniqueShare }) => uniqueShare > 0)
    .map(({ columns, uniqueShare }) => {
      const share = uniqueShare < 0.001 ? 'less than 0.1 %' : `${(100 * uniqueShare).toFixed(1)} %`;
      const names = columns.map(shown);
      const last = names.pop()!;
      return names.length === 0
        ? `${last} alone singles out ${share} of ${rows} rows: nobody else has their value.`
        : `${names.join(', ')} and ${last} together single out ${share} of ${rows} rows: who knows these of a person finds the row.`;
    });
}

function worse(best: SinglingOut['worst'][number] | undefined, found: Coded): SinglingOut['worst'][number] {
  const uniqueShare = shareOfUnique(found);
  return best !== undefined && best.uniqueShare >= uniqueShare
    ? best
    : { columns: found.columns, uniqueShare };
}

function shareOfUnique({ codes, distinct }: Coded): number {
  const counts = new Uint32Array(distinct);
  for (const code of codes) counts[code]!++;
  let unique = 0;
  for (const count of counts) if (count === 1) unique++;
  return codes.length === 0 ? 0 : unique / codes.length;
}

function codesOf(raw: RawTable, name: string, rows: number): Coded {
  const column = raw.columns.indexOf(name);
  const places = new Map<string, number>();
  const codes = new Uint32Array(rows);
  for (let i = 0; i < rows; i++) {
    const text = raw.cell(Math.floor((i * raw.rows) / rows), column);
    if (!places.has(text)) places.set(text, places.size);
    codes[i] = places.get(text)!;
  }
  return { columns: [name], codes, distinct: places.size };
}

/** Unites two into one, in a hash table that all unions share: a `Map` would take most of a second for all triples. */
function uniter(rows: number): (a: Coded, b: Coded) => Coded {
  // The power of two from twice the rows on.
  const slots = 2 ** (exponentOf(2 * Math.max(1, rows) - 1) + 1);
  const keys = new Float64Array(slots);
  const values = new Uint32Array(slots);
  return (a, b) => {
    keys.fill(-1);
    const codes = new Uint32Array(rows);
    let distinct = 0;
    for (let row = 0; row < rows; row++) {
      const key = a.codes[row]! * b.distinct + b.codes[row]!;
      let slot = (Math.imul(key, 0x9e3779b1) >>> 7) & (slots - 1);
      while (keys[slot] !== key && keys[slot] !== -1) slot = (slot + 1) & (slots - 1);
      if (keys[slot] === -1) {
        keys[slot] = key;
        values[slot] = distinct++;
      }
      codes[row] = values[slot]!;
    }
    return { columns: [...a.columns, ...b.columns], codes, distinct };
  };
}
