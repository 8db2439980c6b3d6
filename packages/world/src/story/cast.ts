import { servicesFor } from '@koinon/node';
import type { Role } from '@koinon/protocol';
import type { Random } from '../loop/random.ts';
import type { NodePlan } from '../world.ts';

const KOIN = 10n ** 18n;
const STAKE = 10_000n * KOIN;
const PURSE = 100_000n * KOIN;

/** Everyone of a story; names by which it is told. */
export interface Cast {
  plans: readonly NodePlan[];
  /** The one that lies about what jobs come to, if anybody does. */
  cheat: string | undefined;
}

/** Those whom every story has: a custodian, the auditor it named, two who work and check each other, and who asks. */
const always: readonly (readonly [name: string, roles: readonly Role[], ownedBy?: string])[] = [
  ['hospital', ['custody']],
  ['inspector', ['audit'], 'hospital'],
  ['alder', ['provide', 'audit']],
  ['birch', ['provide', 'audit']],
  ['researcher', ['gateway']],
];
/** Strangers who may be there too. */
const more: readonly (readonly [name: string, roles: readonly Role[]])[] = [
  ['cedar', ['provide', 'audit']],
  ['dogwood', ['audit']],
  ['elm', ['audit']],
];

/** A chance of one in four that a provider lies, in a million. */
const CHEATS_PPM = 250_000;

/** Draws who is there. `token`: what work is paid in. */
export function drawCast(random: Random, token: string): Cast {
  const isCheated = random.happens(CHEATS_PPM);
  const strangers = isCheated ? more.length : random.below(more.length + 1);
  const plans = [...always, ...more.slice(0, strangers)].map(([name, roles, ownedBy]): NodePlan => {
    const terms = { token, baseAmount: KOIN / 100n, gigafuelAmount: KOIN / 1_000n, maxFuel: 10n ** 13n };
    return {
      ...{ name, stake: name === 'researcher' ? 0n : STAKE, purse: PURSE },
      ...(ownedBy === undefined ? {} : { ownedBy }),
      services: servicesFor(roles, terms as never),
    };
  });
  return { plans, cheat: isCheated ? random.pick(['alder', 'birch']) : undefined };
}
