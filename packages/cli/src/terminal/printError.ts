import { asKoinonError, type ErrorRecord } from '@koinon/protocol';
import type { Style } from './style.ts';

/** Exit codes: 1 something failed, 2 the command was used wrongly, 3 a check found a fault. */
export const exitCodes = { failed: 1, usage: 2, checkFailed: 3 } as const;

/** Prints what happened, why, and what to type next; as JSON where asked. */
export function printError(error: unknown, options: { json: boolean; style: Style }): void {
  const record: ErrorRecord = asKoinonError(error).toJSON();
  if (options.json) {
    process.stdout.write(`${JSON.stringify({ error: record })}\n`);
    return;
  }
  const { style } = options;
  process.stderr.write(`${style.red('✗')} ${record.message} ${style.dim(`(${record.code})`)}\n`);
  if (record.next) process.stderr.write(`  ${style.cyan('→')} ${record.next}\n`);
}
