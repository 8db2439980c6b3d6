import { concatBytes, fromHex, type Hex } from './bytes.ts';
import { leafHash } from './merkle/tree.ts';
import type { StatementType } from './typedData.ts';

/** Type byte of a log leaf; a number once given is never used again. */
export const logEntryTypes = {
  Receipt: 1,
  AuditReport: 2,
  Offer: 3,
  Grant: 4,
  Order: 5,
  Voucher: 6,
  LogKey: 7,
  GrantRequest: 8,
} as const satisfies Partial<Record<StatementType, number>>;
export type LoggedType = keyof typeof logEntryTypes;

/** The data of a leaf, 65 bytes: type ‖ EIP-712 digest ‖ salt, so that a contract can compute it. */
export function logLeafData(type: LoggedType, digest: Hex, salt: Hex): Uint8Array {
  return concatBytes(Uint8Array.of(logEntryTypes[type]), fromHex(digest), fromHex(salt));
}

/** The leaf hash under which a statement stands in its signer's log. */
export function logLeafHash(type: LoggedType, digest: Hex, salt: Hex): Uint8Array {
  return leafHash(logLeafData(type, digest, salt));
}
