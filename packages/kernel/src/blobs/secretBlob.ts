import { type Cid, concatBytes, fromHex, type Hex } from '@koinon/protocol';
import type { Store } from '@koinon/store';

const SALT_BYTES = 32;

/**
 * Keeps bytes under a name that nobody can guess: that of salt ‖ bytes. A blob's name is its digest, and whether a node has
 * a name, and for whom, can be asked; under its own name a guess about private rows could be confirmed, and a program could
 * make files of its node disappear by writing them again in private.
 */
export function keepSecret({ blobs }: Pick<Store, 'blobs'>, bytes: Uint8Array, salt: Hex): Promise<Cid> {
  return blobs.put(concatBytes(fromHex(salt), bytes), 'private');
}

/** What was kept: a copy, at an address of its own. */
export function openSecret(kept: Uint8Array): Uint8Array {
  return kept.slice(SALT_BYTES);
}
