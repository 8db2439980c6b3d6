import { ecrecover } from '@ethereumjs/util';
import { toHex } from '@koinon/protocol';

/** Most keys that are kept. */
const KEPT = 4_096;

/**
 * The public key of a signature, found once: an estimate and the transaction that follows it ask for the same, and finding
 * it takes longer than running most contracts. Throws for what is no signature.
 */
export function recovering(): typeof ecrecover {
  const known = new Map<string, Uint8Array>();
  return (digest, v, r, s, chainId) => {
    const key = `${toHex(digest)}${v}${toHex(r)}${toHex(s)}${chainId}`;
    const before = known.get(key);
    if (before !== undefined) return before;
    const found = ecrecover(digest, v, r, s, chainId);
    if (known.size >= KEPT) known.clear();
    known.set(key, found);
    return found;
  };
}
