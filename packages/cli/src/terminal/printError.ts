import { asKoinonError, type ErrorRecord } from '@koinon/protocol/errors';
import type { Surroundings } from '../commands/surroundings.ts';
import { styleFor } from './style.ts';
import { printable } from './table.ts';

/** Exit codes: 1 something failed, 2 the command was used wrongly, 3 a check found a fault, 130 Ctrl-C. */
export const exitCodes = { failed: 1, usage: 2, checkFailed: 3, interrupted: 130 } as const;

/** Prints what happened, why, and what to type next; on standard output as JSON where asked. */
export function printError(
  error: unknown,
  { json, stdout, stderr, environment }: Pick<Surroundings, 'json' | 'stdout' | 'stderr' | 'environment'>,
): void {
  const record: ErrorRecord = asKoinonError(error).toJSON();
  if (json) {
    stdout.write(`${JSON.stringify({ error: record })}\n`);
    return;
  }
  const style = styleFor(stderr, environment);
  stderr.write(`${style.red('✗')} ${lines(record.message)} ${style.dim(`(${record.code})`)}\n`);
  if (record.next) stderr.write(`  ${style.cyan('→')} ${lines(record.next)}\n`);
}

/** What a node or a chain says may be a stranger's words. */
function lines(text: string): string {
  return text.split('\n').map(printable).join('\n');
}

/** The exit code an error ends the program with. */
export function exitCodeOf(error: unknown): number {
  const { code } = asKoinonError(error);
  return code === 'K_USAGE'
    ? exitCodes.usage
    : code === 'K_INTERRUPTED'
      ? exitCodes.interrupted
      : exitCodes.failed;
}
