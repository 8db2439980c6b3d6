import * as dagCbor from '@ipld/dag-cbor';
import { equalBytes } from './bytes.ts';
import { KoinonError } from './errors.ts';
import { ascending } from './exactly.ts';

/**
 * Canonical dag-cbor of a structure: one value has one encoding. `bigint` beyond 64 bits has none there, so
 * amounts are written as decimal strings (see `toWire`).
 */
export function encodeNode(value: unknown): Uint8Array {
  return dagCbor.encode(value);
}

/** Decodes dag-cbor and refuses any encoding that is not the canonical one. Throws `K_BAD_ENCODING`. */
export function decodeNode(bytes: Uint8Array): unknown {
  let value: unknown;
  try {
    value = dagCbor.decode(bytes);
  } catch (cause) {
    throw badEncoding('The bytes are not dag-cbor.', cause);
  }
  if (!equalBytes(dagCbor.encode(value), bytes)) throw badEncoding('The bytes are not canonical dag-cbor.');
  if (hasForbiddenKey(value)) throw badEncoding('The bytes have a key named __proto__.');
  return value;
}

/** Copying an object by assignment loses such a key, and with it the digest. */
function hasForbiddenKey(value: unknown): boolean {
  if (value === null || typeof value !== 'object' || value instanceof Uint8Array) return false;
  return Object.hasOwn(value, '__proto__') || Object.values(value).some(hasForbiddenKey);
}

function badEncoding(message: string, cause?: unknown): KoinonError {
  return new KoinonError({ code: 'K_BAD_ENCODING', message, fault: 'peer', cause });
}

/** The value with every `bigint` as a decimal string and every `undefined` member dropped: the form for CBOR and JSON. */
export function toWire(value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (value === null || typeof value !== 'object' || value instanceof Uint8Array) return value;
  if (Array.isArray(value)) return value.map(toWire);
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .map(([key, member]) => [key, toWire(member)]),
  );
}

/** JSON with sorted keys and no white space (RFC 8785 for the values we allow): one value has one text. */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => ascending(a, b))
    .map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`);
  return `{${members.join(',')}}`;
}
