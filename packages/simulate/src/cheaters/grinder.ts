import { drawId, type Hex, isAudited, isDrawn, logLeafHash } from '@koinon/protocol';
import type { Cheater } from './cheater.ts';
import { colluding } from './collusion.ts';

/** Leaves it tries before it takes the last one. */
const TRIES = 64;
/** What it is content with: a leaf that fewer than one in five rates would have audited, and a friend among the likeliest. */
const RATE_PPM = 200_000;
const SHARE = 16n;

/** Whether a leaf would be kindly drawn, were `beacon` its round's value. */
export function isKind(beacon: Hex, receipt: Hex, salt: Hex, friend: Hex): boolean {
  const seed = drawId(beacon, logLeafHash('Receipt', receipt, salt));
  return !isAudited(seed, RATE_PPM) && isDrawn(seed, 0, friend, 1n, SHARE);
}

/**
 * Picks the salt of its leaf, and with it the leaf's hash, so that the lot would be kind, were the beacon's next value like
 * the last one. It is not: the round comes after the anchor.
 */
export const grinder: Cheater = {
  name: 'grinder',
  does: 'Tries many salts for its leaf until the lot, by the beacon as it stands, would spare it or fall on a friend.',
  caughtBy:
    'The lot is drawn with a value that nobody knew when the leaf was anchored: trying changes nothing.',
  formula: 'q · (1 − ρ), as without grinding',
  byLot: true,
  nodes: 2,
  corrupt(honest, ring, index) {
    const behaviour = colluding(honest, ring, index);
    if (index > 0) return behaviour;
    return {
      ...behaviour,
      async leafSalt(receipt, node) {
        const { hash } = await node.chain.block('latest');
        let salt = node.random.bytes32();
        for (let i = 0; i < TRIES && !isKind(hash, receipt, salt, ring.members[1]!); i++) {
          salt = node.random.bytes32();
        }
        return salt;
      },
    };
  },
};
