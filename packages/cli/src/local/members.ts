import type { Role } from '@koinon/protocol';

/** A node of the local network. */
export interface Member {
  name: string;
  roles: Role[];
  /** The member whose operator key is also this one's owner; itself when absent. */
  ownedBy?: string;
  /** KOIN put at stake for it, whole tokens. */
  stakeKoin: bigint;
  about: string;
}

/**
 * The smallest network in which nobody has to be trusted: a hospital with the auditor it named, two strangers that
 * work for and check each other, and a researcher.
 */
export const members: readonly Member[] = [
  { name: 'hospital', roles: ['custody'], stakeKoin: 10_000n, about: 'holds the data' },
  {
    name: 'hospital-audit',
    roles: ['audit'],
    ownedBy: 'hospital',
    stakeKoin: 1_000n,
    about: 'the auditor the hospital named',
  },
  { name: 'alder', roles: ['provide', 'audit'], stakeKoin: 10_000n, about: 'a stranger that lends compute' },
  { name: 'birch', roles: ['provide', 'audit'], stakeKoin: 10_000n, about: 'another stranger' },
  { name: 'researcher', roles: ['gateway'], stakeKoin: 0n, about: 'asks, pays, serves the model' },
];

/**
 * One more where the court is to be seen at work (a network with a challenge window of its own). It only checks, and has most
 * of the stake: when one stranger accuses the other, the jury is not the hospital alone.
 */
export const witness: Member = {
  name: 'cedar',
  roles: ['audit'],
  stakeKoin: 60_000n,
  about: 'a stranger that only checks',
};
