import { requireColumn } from './checkColumn.ts';
import { type SeededRandom, seedBytes, seededRandom } from './random.ts';
import { pickRows, type RawTable } from './rawTable.ts';
import { tableError } from './tableError.ts';

export interface SplitOptions {
  /** Share of the rows that becomes public, 0 to 1. */
  publicShare: number;
  /** 32 bytes, or a whole number. The split follows from it, so keep it as private as the rows. */
  seed: Uint8Array | number;
  /** Column whose values keep their shares in both parts. */
  target?: string;
}

/** Parts the rows by a seeded shuffle, each class of the target on its own; both parts keep the file's order. */
export function splitRows(raw: RawTable, options: SplitOptions): { private: RawTable; public: RawTable } {
  const { publicShare, target } = options;
  if (!(publicShare > 0 && publicShare < 1) || raw.rows < 2) {
    throw tableError(
      'K_TABLE_SPLIT',
      `A table of ${raw.rows} rows cannot be parted with a public share of ${publicShare}.`,
      'Give at least two rows and a share between 0 and 1.',
    );
  }
  if (target !== undefined) requireColumn(raw, target, 'target');
  const random = seededRandom(seedBytes(options.seed));
  const isPublic = new Uint8Array(raw.rows);
  let count = 0;
  for (const group of groupsOf(raw, target)) {
    // A class of two or more rows stands in both parts; one of a single row stays private.
    const wanted = Math.max(group.length > 1 ? 1 : 0, Math.round(group.length * publicShare));
    const drawn = Math.min(wanted, group.length - 1);
    shuffleFirst(group, drawn, random);
    for (let i = 0; i < drawn; i++) isPublic[group[i]!] = 1;
    count += drawn;
  }
  const rows = { private: new Uint32Array(raw.rows - count), public: new Uint32Array(count) };
  let privateRows = 0;
  let publicRows = 0;
  for (let row = 0; row < raw.rows; row++) {
    if (isPublic[row] === 1) rows.public[publicRows++] = row;
    else rows.private[privateRows++] = row;
  }
  return { private: pickRows(raw, rows.private), public: pickRows(raw, rows.public) };
}

function groupsOf(raw: RawTable, target: string | undefined): number[][] {
  const column = target === undefined ? -1 : raw.columns.indexOf(target);
  const groups = new Map<string, number[]>();
  for (let row = 0; row < raw.rows; row++) {
    const key = column < 0 ? '' : raw.cell(row, column);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [row]);
    else group.push(row);
  }
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, group]) => group);
}

/** Fisher-Yates, stopped once the first `count` places hold a fair draw. */
function shuffleFirst(items: number[], count: number, random: SeededRandom): void {
  for (let i = 0; i < count; i++) {
    const j = i + random.below(items.length - i);
    const drawn = items[j]!;
    items[j] = items[i]!;
    items[i] = drawn;
  }
}
