import { drawId, fromHex, type Hex, isDrawn, logLeafHash, sha256, toHex } from '@koinon/protocol';
import type { Cheater } from './cheater.ts';
import { colluding } from './collusion.ts';

/** Leaves it tries before it picks one. */
const TRIES = 32;

/**
 * Picks the salt of its leaf, and with it the leaf's hash and place, so that the lot would name its friend, were the beacon's
 * next value like the last. It is not: the round comes after the anchor.
 */
export const grinder: Cheater = {
  name: 'grinder',
  does: 'Tries many salts for its leaf until the lot, by the beacon as it stands, would fall on a friend.',
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
      leafSalt(job, node) {
        const friend = ring.members[1]!;
        const guess: Hex = toHex(sha256(fromHex(job.order)));
        for (let i = 0; i < TRIES; i++) {
          const salt = node.random.bytes32();
          if (isDrawn(drawId(guess, logLeafHash('Receipt', job.order, salt)), 0, friend, 1n, 16n))
            return salt;
        }
        return node.random.bytes32();
      },
    };
  },
};
