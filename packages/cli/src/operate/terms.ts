import type { Deployment } from '@koinon/protocol';

/** Most fuel a job may use at a provider of ours: some minutes of one core. */
const MAX_FUEL = '1000000000000';

/** A provider's price list as the configuration has it. Prices in base units of KOIN. */
export function termsOf({ token }: Pick<Deployment, 'token'>, baseAmount: bigint, gigafuelAmount: bigint) {
  return {
    token,
    baseAmount: baseAmount.toString(),
    gigafuelAmount: gigafuelAmount.toString(),
    maxFuel: MAX_FUEL,
    slots: 1,
  };
}
