import { concatBytes } from '../bytes.ts';
import { KoinonError } from '../errors.ts';
import { TILE_WIDTH } from './tile.ts';

const ENTRY_MAX_BYTES = 0xffff;

/** Entries as a bundle of C2SP tlog-tiles: each after its length, big-endian 16 bit. Throws `K_ENTRY_BUNDLE`. */
export function encodeEntryBundle(entries: readonly Uint8Array[]): Uint8Array {
  return concatBytes(
    ...entries.flatMap(entry => {
      if (entry.length > ENTRY_MAX_BYTES) throw malformed('an entry is longer than 65,535 bytes');
      return [Uint8Array.of(entry.length >> 8, entry.length & 255), entry];
    }),
  );
}

/** The entries of a bundle, at most 256. Throws `K_ENTRY_BUNDLE`. */
export function decodeEntryBundle(bytes: Uint8Array): Uint8Array[] {
  const entries: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; ) {
    if (at + 2 > bytes.length) throw malformed('it ends within a length');
    const end = at + 2 + ((bytes[at]! << 8) | bytes[at + 1]!);
    if (end > bytes.length) throw malformed('it ends within an entry');
    if (entries.length === TILE_WIDTH) throw malformed('it has more than 256 entries');
    entries.push(bytes.subarray(at + 2, end));
    at = end;
  }
  return entries;
}

function malformed(reason: string): KoinonError {
  return new KoinonError({
    code: 'K_ENTRY_BUNDLE',
    message: `This is no entry bundle: ${reason}.`,
    fault: 'peer',
  });
}
