import { utf8 } from '@koinon/protocol';
import { gateReasons, Withheld, withholdUnless } from '../gate/reasons.ts';

/** Largest file of figures that is read, bytes. */
export const FIGURES_MAX_BYTES = 2 ** 20;

/** The JSON object a program wrote; throws `Withheld` for anything else. Its members are the program's own words. */
export function readObject(bytes: Uint8Array): Record<string, unknown> {
  withholdUnless(bytes.length <= FIGURES_MAX_BYTES, gateReasons.sizeCap);
  let json: unknown;
  try {
    json = JSON.parse(utf8.decode(bytes));
  } catch {
    throw new Withheld(gateReasons.schema);
  }
  withholdUnless(isObject(json), gateReasons.schema);
  return json;
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
