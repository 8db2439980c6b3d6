import type { Style } from './style.ts';

/** Rows under a header, columns as wide as their longest cell; columns of numbers stand to the right. */
export function table(header: readonly string[], rows: readonly (readonly string[])[], style: Style): string {
  const clean = rows.map(row => row.map(printable));
  const widths = header.map((name, i) => Math.max(width(name), ...clean.map(row => width(row[i] ?? ''))));
  const isNumeric = header.map(
    (_, i) => clean.length > 0 && clean.every(row => /^[\d.,]+$/.test(row[i] ?? '')),
  );
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, i) => {
        const pad = ' '.repeat(Math.max(0, widths[i]! - width(cell)));
        return isNumeric[i] ? pad + cell : cell + pad;
      })
      .join('  ')
      .trimEnd();
  return [style.dim(line(header)), ...clean.map(line)].join('\n');
}

/** Facts under each other, their names in one column. */
export function facts(pairs: readonly (readonly [string, string])[], style: Style): string {
  const widest = Math.max(...pairs.map(([name]) => name.length));
  return pairs.map(([name, value]) => `${style.dim(name.padEnd(widest))}  ${printable(value)}`).join('\n');
}

/** A stranger's text without what would move a terminal's cursor or hide other text. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, ' ');
}

function width(text: string): number {
  return [...text].length;
}
