import { fromHex, type Hex, sha256, toHex, utf8 } from '@koinon/protocol';

/**
 * Salts of what a node seals, from one secret: whoever restarts between sealing and opening computes them again. Each is good
 * for one juror, dispute and round, so an opened one tells nothing about another.
 */
export function voteSalt(secret: Hex, dispute: Hex, round: number, juror: Hex): Hex {
  return derived(secret, 'vote', fromHex(dispute), Uint8Array.of(round), fromHex(juror.toLowerCase()));
}

/** Salt of an accuser's sealed outcome. */
export function sealSalt(secret: Hex, receipt: Hex): Hex {
  return derived(secret, 'seal', fromHex(receipt));
}

function derived(secret: Hex, purpose: string, ...parts: Uint8Array[]): Hex {
  return toHex(sha256(utf8.encode(`koinon ${purpose} salt\n`), fromHex(secret), ...parts));
}
