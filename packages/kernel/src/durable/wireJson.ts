import { toWire } from '@koinon/protocol';

/** A value as the JSON text kept in a column: bigints as decimal strings, which the schemas read back. */
export function toColumn(value: unknown): string {
  return JSON.stringify(toWire(value));
}
