import type { Surroundings } from '../commands/surroundings.ts';
import { type Style, styleFor } from './style.ts';

/** Writes a command's result on standard output: as text, or the value as one line of JSON where asked. */
export function printResult(
  { json, stdout, environment }: Pick<Surroundings, 'json' | 'stdout' | 'environment'>,
  value: unknown,
  text: (style: Style) => string,
): void {
  if (json) {
    const plain = (_: string, member: unknown) => (typeof member === 'bigint' ? member.toString() : member);
    stdout.write(`${JSON.stringify(value, plain)}\n`);
    return;
  }
  const said = text(styleFor(stdout, environment));
  if (said !== '') stdout.write(said.endsWith('\n') ? said : `${said}\n`);
}
