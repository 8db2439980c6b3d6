import { ascending } from '@koinon/protocol';
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
  const { drawn, left } = drawFromGroups(groupsOf(raw, target), publicShare, random);
  return { private: pickRows(raw, left), public: pickRows(raw, drawn) };
}

/**
 * A share of each group's rows, drawn fairly, and the rows left; both in ascending order. A group of two or more rows
 * stands in both, one of a single row is left; a share of 0 draws nothing.
 */
export function drawFromGroups(
  groups: readonly number[][],
  share: number,
  random: SeededRandom,
): { drawn: Uint32Array; left: Uint32Array } {
  const drawn: number[] = [];
  const left: number[] = [];
  for (const group of groups) {
    const wanted = share > 0 ? Math.max(1, Math.round(group.length * share)) : 0;
    const count = Math.min(wanted, group.length - 1);
    shuffleFirst(group, count, random);
    for (const [i, row] of group.entries()) (i < count ? drawn : left).push(row);
  }
  return { drawn: Uint32Array.from(drawn).sort(), left: Uint32Array.from(left).sort() };
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
  return [...groups].sort(([a], [b]) => ascending(a, b)).map(([, group]) => group);
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
