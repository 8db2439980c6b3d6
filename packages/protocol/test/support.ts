import { readFileSync } from 'node:fs';

/** A file of `vectors/`, as the shape the test expects of it. */
export function readVector<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`../../../vectors/${name}.json`, import.meta.url), 'utf8')) as T;
}

/** For `assert.throws` and `assert.rejects`: a `KoinonError` of this code. */
export function isCode(code: string): (error: unknown) => boolean {
  return error => (error as { code?: string }).code === code;
}

/** The bytes with one bit flipped. */
export function flipBit(bytes: Uint8Array, bit: number): Uint8Array {
  const out = new Uint8Array(bytes);
  const at = bit % (8 * bytes.length);
  out[at >> 3]! ^= 1 << (at & 7);
  return out;
}
