import { closeSync, ftruncateSync, openSync, writeFileSync } from 'node:fs';

/** A table no model can be trained on, and the code of what is said about it. */
export interface BadTable {
  title: string;
  code: string;
  target: string;
  text: string;
}

const ROWS = 60;
const header = 'age,site,outcome';
/** A good table with cells of the last row replaced. */
function table(
  change: { age?: string; outcome?: (row: number) => string; site?: (row: number) => string } = {},
) {
  const lines = Array.from({ length: ROWS }, (_, row) => {
    const age = row === ROWS - 1 ? (change.age ?? '41') : String(30 + ((row * 7) % 40));
    const site = change.site?.(row) ?? (row % 2 === 0 ? 'north' : 'south');
    return `${age},${site},${change.outcome?.(row) ?? (row % 3 === 0 ? 'yes' : 'no')}`;
  });
  return `${[header, ...lines].join('\n')}\n`;
}

export const goodTable = table();

export const badTables: readonly BadTable[] = [
  { title: 'a file of 0 bytes', code: 'K_TABLE_EMPTY', target: 'outcome', text: '' },
  { title: 'a header and no rows', code: 'K_TABLE_EMPTY', target: 'outcome', text: `${header}\n` },
  { title: 'a target that is not there', code: 'K_TABLE_NO_SUCH_COLUMN', target: 'outcom', text: goodTable },
  {
    title: 'a column of text',
    code: 'K_TABLE_TEXT_COLUMN',
    target: 'outcome',
    text: table({
      site: row => `the patient of room ${row} complains about draughts and ${row ** 3} other things`,
    }),
  },
  {
    title: 'one class only',
    code: 'K_TABLE_ONE_CLASS',
    target: 'outcome',
    text: table({ outcome: () => 'no' }),
  },
  { title: 'an infinity', code: 'K_TABLE_NOT_FINITE', target: 'outcome', text: table({ age: 'inf' }) },
  { title: 'a NaN', code: 'K_TABLE_NOT_FINITE', target: 'outcome', text: table({ age: 'NaN' }) },
  {
    title: 'a number beyond float32',
    code: 'K_TABLE_NOT_FINITE',
    target: 'outcome',
    text: table({ age: '1e300' }),
  },
  {
    title: 'too many columns',
    code: 'K_TABLE_TOO_LARGE',
    target: 'outcome',
    text: `${Array.from({ length: 1025 }, (_, i) => `c${i}`).join(',')}\n${Array(1025).fill('1').join(',')}\n`,
  },
  {
    title: 'a row that is too short',
    code: 'K_TABLE_RAGGED',
    target: 'outcome',
    text: `${goodTable}41,north\n`,
  },
];

/** A file that claims 200 MB and takes no room. */
export function writeHugeFile(path: string): void {
  writeFileSync(path, '');
  const descriptor = openSync(path, 'r+');
  ftruncateSync(descriptor, 200_000_000);
  closeSync(descriptor);
}
