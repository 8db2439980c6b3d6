import type { Hex } from '@koinon/protocol';

/** Addresses compare by their lower-case form everywhere here. */
export function lower(hex: string): Hex {
  return hex.toLowerCase() as Hex;
}
