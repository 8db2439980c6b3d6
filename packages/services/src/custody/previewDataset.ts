import { type Cid, type Hex, type TableDescription, toHex } from '@koinon/protocol';
import {
  type ColumnType,
  publishedBits,
  type RawTable,
  type SinglingOut,
  singlingOut,
  type TableWarning,
  tellSinglingOut,
} from '@koinon/tabular';
import { prepareTable, type TableRequest } from './prepareTable.ts';
import { consentTo, shownRows } from './publicRows.ts';

/** What an owner looks at before publishing. Nothing is stored and nobody else is told. */
export interface DatasetPreview {
  /** What the rows are parted by: publishing with it parts them as here. As secret as the rows. */
  seed: Hex;
  rows: { training: number; heldBack: number; public: number };
  /** Each column as it is read, with counts that are never published. */
  columns: ColumnPreview[];
  excluded: string[];
  /** What everybody will be able to read, word for word. */
  description: TableDescription;
  /** Bits about cells of number columns that publishing the description tells. */
  publishedBits: number;
  warnings: TableWarning[];
  singlingOut: SinglingOut & { sentences: string[] };
  /** The rows that would be given away; absent where none would. */
  publicRows?: {
    rows: number;
    columns: string[];
    /** The first of them, as they would be published. */
    shown: string[][];
    /** The table file of all of them: its name and size. */
    cid: Cid;
    bytes: number;
    /** Given back when publishing, it is the yes to these very rows. */
    consent: Hex;
  };
}

export interface ColumnPreview {
  name: string;
  type: ColumnType;
  missing: number;
  /** Words that will be public, and how many rarer ones are folded into `other`; of categories only. */
  words?: number;
  foldedWords?: number;
}

export interface PreviewOptions {
  /** Most public rows shown. */
  show: number;
}

export function previewDataset(
  request: TableRequest,
  seed: Uint8Array,
  { show }: PreviewOptions,
): DatasetPreview {
  const { raw, table, description, publicRows, warnings } = prepareTable(request, seed);
  const heldBack = table.heldBackRows ?? 0;
  const names = table.columns.map(({ name }) => name);
  const single = singlingOut(raw, names);
  return {
    seed: toHex(seed),
    rows: { training: table.rows - heldBack, heldBack, public: publicRows?.table.rows ?? 0 },
    columns: table.columns.map(column =>
      column.type === 'number'
        ? { name: column.name, type: 'number', missing: column.values.filter(Number.isNaN).length }
        : { name: column.name, type: 'category', ...wordsOf(raw, column.name, column.dictionary) },
    ),
    excluded: [...(request.exclude ?? [])],
    description,
    publishedBits: publishedBits(description),
    warnings,
    singlingOut: { ...single, sentences: tellSinglingOut(single) },
    ...(publicRows && {
      publicRows: {
        rows: publicRows.table.rows,
        columns: names,
        shown: shownRows(publicRows, show),
        cid: publicRows.cid,
        bytes: publicRows.file.length,
        consent: consentTo(publicRows, seed),
      },
    }),
  };
}

function wordsOf(raw: RawTable, name: string, dictionary: readonly string[]) {
  const column = raw.columns.indexOf(name);
  const known = new Set(dictionary);
  const folded = new Set<string>();
  let missing = 0;
  for (let row = 0; row < raw.rows; row++) {
    const word = raw.cell(row, column);
    if (word === '') missing++;
    else if (!known.has(word)) folded.add(word);
  }
  return { missing, words: dictionary.length, foldedWords: folded.size };
}
