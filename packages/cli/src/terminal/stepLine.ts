import type { Output } from '../commands/surroundings.ts';
import type { Style } from './style.ts';
import { printable } from './table.ts';

/** Where the width is not known; a terminal may also say that it is 0. */
const COLUMNS = 100;
const INDENT = ' '.repeat(11);

/** A thing done, when, and the evidence to look it up by: on one line where it fits, else the evidence below. */
export function stepLine(
  {
    elapsedMs,
    mark,
    title,
    evidence,
  }: { elapsedMs: number; mark: string; title: string; evidence: readonly string[] },
  style: Style,
  { columns }: Pick<Output, 'columns'>,
): string {
  const head = `${`${(elapsedMs / 1000).toFixed(1)} s`.padStart(7)}  ✓ `;
  const text = printable(title);
  const first = `${style.dim(head.slice(0, 7))}  ${mark} ${text}`;
  if (evidence.length === 0) return first;
  const proof = evidence.join(' · ');
  const isShort = head.length + [...text].length + 2 + [...proof].length <= (columns || COLUMNS);
  return isShort ? `${first}  ${style.dim(proof)}` : `${first}\n${INDENT}${style.dim(proof)}`;
}
