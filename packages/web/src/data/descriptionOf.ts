import type { TableDescription } from '@koinon/protocol';
import type { Croissant } from '../api/answers.ts';

/** What a record says of its table, where it says it in this version's form: whoever published it wrote it. */
export function descriptionOf(record: Croissant | undefined): TableDescription | undefined {
  const table = record?.['koinon:table'];
  return isDescription(table) ? table : undefined;
}

/** How many rows the owner made public, where the record says so. */
export function publicRowsOf(record: Croissant | undefined): number | undefined {
  const rows = record?.['koinon:publicRows'];
  return Number.isSafeInteger(rows) ? rows : undefined;
}

function isDescription(value: unknown): value is TableDescription {
  if (!isObject(value) || value['version'] !== 2 || !Array.isArray(value['columns'])) return false;
  const areCounts = ['approximateRows', 'approximateHeldBackRows'].every(name =>
    Number.isSafeInteger(value[name]),
  );
  return areCounts && value['columns'].every(isColumn);
}

function isColumn(value: unknown): boolean {
  if (!isObject(value) || typeof value['name'] !== 'string') return false;
  if (value['type'] === 'category') return isListOf(value['dictionary'], 'string');
  const { grid, range } = value;
  const isGrid = isObject(grid) && typeof grid['centre'] === 'number' && typeof grid['unit'] === 'number';
  return value['type'] === 'number' && isGrid && (range === undefined || isListOf(range, 'number'));
}

function isListOf(value: unknown, type: 'string' | 'number'): boolean {
  return Array.isArray(value) && value.every(member => typeof member === type);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
