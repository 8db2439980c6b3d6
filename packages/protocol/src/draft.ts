import { bigEndian32, fromHex, type Hex, sha256, toHex, utf8, ZERO_32 } from './bytes.ts';
import { cidOfDigest, RAW } from './cid.ts';
import { type Manifest, manifestDigest } from './manifest.ts';
import type { Grant } from './statement.ts';

/** What stands in a draft for a candidate that a grant leaves open. */
export const ANY_CANDIDATE = cidOfDigest(ZERO_32, RAW);

/**
 * A manifest without what nobody grants: seed and time are drawn by the custodian, and which candidate is measured is the
 * requester's choice among models of a known class. Everything else that a manifest holds, a grant for its draft binds.
 */
export function draftOf(manifest: Manifest): Manifest {
  return {
    ...manifest,
    seed: new Uint8Array(32),
    timeMs: 0,
    inputs: manifest.inputs.map(input =>
      'candidate' in input.source ? { ...input, source: { candidate: ANY_CANDIDATE } } : input,
    ),
  };
}

/** The digest a grant signs: that of the manifest's draft. */
export function termsDigest(manifest: Manifest): Hex {
  return manifestDigest(draftOf(manifest));
}

/**
 * Seed and time of one use of a grant, 0 to `uses` - 1: sha256("koinon/seed" ‖ nonce ‖ be32 use), and the second the grant
 * began. Both follow from what the owner signed, so a requester can try none.
 */
export function drawOfUse(
  grant: Pick<Grant, 'nonce' | 'validFrom'>,
  use: number,
): Pick<Manifest, 'seed' | 'timeMs'> {
  return {
    seed: sha256(utf8.encode('koinon/seed'), fromHex(grant.nonce), bigEndian32(use)),
    timeMs: Number(grant.validFrom) * 1000,
  };
}

/** Digest under which a purpose, a sentence for people, stands in a grant. */
export function purposeDigest(purpose: string): Hex {
  return toHex(sha256(utf8.encode(purpose)));
}
