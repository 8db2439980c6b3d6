import type { Preview } from '@koinon/sdk';
import type { Style } from '../terminal/style.ts';
import { printable, table } from '../terminal/table.ts';

const WORDS_SHOWN = 6;
const COLUMNS_SHOWN = 8;

/** What publishing would tell, for an owner to read before it is done. */
export function tellPreview(preview: Preview, style: Style): string {
  const { rows, columns, description, publishedBits } = preview;
  const told = new Map(description.columns.map(column => [column.name, column]));
  const bits = `${publishedBits} bits about their cells`;
  return [
    style.bold('As it is read, and what everybody will know of it'),
    table(
      ['COLUMN', 'READ AS', 'MISSING', 'EVERYBODY WILL KNOW'],
      columns.map(column => [
        column.name,
        column.type,
        String(column.missing),
        whatIsTold(column, told.get(column.name)),
      ]),
      style,
    ),
    '',
    `${style.bold('Stays here')}  ${rows.training} rows to train on, ${rows.heldBack} held back to test models on`,
    `${style.bold('Public')}      names, words and grids as above (${bits}), invented rows, about how many rows there are;`,
    `            ${rows.public === 0 ? 'no row' : style.yellow(style.bold(`${rows.public} real rows, for ever`))}`,
    ...preview.warnings.map(({ message }) => `${style.yellow('note')} ${printable(message)}`),
    ...preview.singlingOut.sentences.map(sentence => `${style.yellow('note')} ${printable(sentence)}`),
  ].join('\n');
}

/** The first of the rows that would become public, as they would. */
export function tellPublicRows({ publicRows }: Preview, style: Style): string {
  if (!publicRows) return '';
  const { shown, columns, rows } = publicRows;
  const blocks: string[] = [];
  for (let from = 0; from < columns.length; from += COLUMNS_SHOWN) {
    const to = from + COLUMNS_SHOWN;
    blocks.push(
      table(
        columns.slice(from, to),
        shown.map(row => row.slice(from, to)),
        style,
      ),
      '',
    );
  }
  const more =
    rows > shown.length ? `… and ${rows - shown.length} more: ${rows} rows in all` : `${rows} rows in all`;
  return [style.bold('Rows that would become public'), ...blocks, more].join('\n');
}

function whatIsTold(
  column: Preview['columns'][number],
  told: Preview['description']['columns'][number] | undefined,
): string {
  if (told === undefined) return '';
  if (told.type === 'number') {
    const grid = `about ${told.grid.centre}, in steps of ${told.grid.unit}`;
    return told.range === undefined ? grid : `${told.range[0]} to ${told.range[1]}, as you say`;
  }
  const { dictionary } = told;
  const some = dictionary.slice(0, WORDS_SHOWN).join(', ');
  const more = dictionary.length > WORDS_SHOWN ? `, … (${dictionary.length} words)` : '';
  const folded = column.foldedWords ? `; ${column.foldedWords} rarer are folded together` : '';
  return `${some}${more}${folded}`;
}
