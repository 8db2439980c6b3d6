import {
  concatBytes,
  fromHex,
  type Hex,
  keySigner,
  recoverDigestSigner,
  type StatementSigner,
  sha256,
  toHex,
  utf8,
} from '@koinon/protocol';

/** Keys of all nodes, and whether a signature is theirs. */
export interface Signatures {
  signer(name: string): StatementSigner;
  check(digest: Hex, signature: Hex, signer: Hex): boolean | Promise<boolean>;
}

/**
 * A keyed hash in place of a curve, with one book of all keys: a thousand times as fast, and inside a simulation as hard to
 * forge, since no cheater looks into the book.
 */
export function cheapSignatures(seed: string): Signatures {
  const keys = new Map<Hex, Uint8Array>();
  const sign = (key: Uint8Array, digest: Hex): Hex => {
    const tag = sha256(key, fromHex(digest));
    return toHex(concatBytes(tag, tag, Uint8Array.of(27)));
  };
  return {
    signer(name) {
      const key = sha256(utf8.encode(`${seed}\nkey\n${name}`));
      const address = toHex(sha256(utf8.encode('address'), key).subarray(12));
      keys.set(address, key);
      return { address, signDigest: async digest => sign(key, digest) };
    },
    check(digest, signature, signer) {
      const key = keys.get(signer.toLowerCase() as Hex);
      return key !== undefined && sign(key, digest) === signature;
    },
  };
}

/** secp256k1, as everywhere else. */
export function realSignatures(seed: string): Signatures {
  return {
    signer: name => keySigner(toHex(sha256(utf8.encode(`${seed}\nkey\n${name}`)))),
    check: (digest, signature, signer) =>
      recoverDigestSigner(digest, signature).then(
        found => found === signer.toLowerCase(),
        () => false,
      ),
  };
}
