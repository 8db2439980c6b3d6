// Prints the tables of every benchmark; `npm run bench -- WORD` only of those whose path holds the word. Ratios are
// measured within one run; nothing here fails a build.
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { repository } from './bundle.ts';

interface Table {
  title: string;
  rows: Array<Record<string, string | number>>;
  note?: string;
}

const words = process.argv.slice(2);
const files = globSync(
  ['contracts/bench/*.bench.ts', 'packages/*/bench/*.bench.ts', 'e2e/bench/*.bench.ts'],
  {
    cwd: repository,
  },
)
  .filter(file => words.every(word => file.includes(word)))
  .sort();

for (const file of files) {
  const { default: bench } = (await import(pathToFileURL(join(repository, file)).href)) as {
    default: () => Promise<Table | Table[]>;
  };
  try {
    for (const { title, rows, note } of [await bench()].flat()) {
      console.log(`\n${title}\n`);
      printTable(rows);
      if (note) console.log(`\n${note}`);
    }
  } catch (error) {
    console.log(`\n${file} could not run: ${error instanceof Error ? error.message : error}`);
  }
}

function printTable(rows: Table['rows']): void {
  const columns = [...new Set(rows.flatMap(row => Object.keys(row)))];
  const cells = rows.map(row => columns.map(column => text(row[column])));
  const widths = columns.map((column, i) => Math.max(column.length, ...cells.map(row => row[i]!.length)));
  const line = (row: string[], fill = ' ') =>
    `| ${row.map((cell, i) => cell.padEnd(widths[i]!, fill)).join(' | ')} |`;
  console.log(line(columns));
  console.log(
    line(
      columns.map(() => ''),
      '-',
    ),
  );
  for (const row of cells) console.log(line(row));
}

function text(value: string | number | undefined): string {
  if (value === undefined) return '';
  if (typeof value === 'string') return value;
  return Number.isInteger(value) ? value.toLocaleString('en-US') : value.toPrecision(3);
}
