import { KoinonError } from '@koinon/protocol';
import { RATE_FLOOR_PPM, TRUSTED_FROM } from '../assumptions.ts';
import { divideUp, ONE_PPM } from '../ppm.ts';
import { NO_TRUST, type Trust } from '../trust/trust.ts';
import { catchPpm, type Exposure } from './exposure.ts';

const MILLION = BigInt(ONE_PPM);

/**
 * Least bond at which cheating loses in expectation, base units, rounded up: g/(q·d·(1−ρ)) + Σ gains in flight
 * (docs/assurance.md). Throws `K_NO_AUDIT` when nothing could ever be found at this rate.
 */
export function bondNeeded(exposure: Omit<Exposure, 'bond'>, ratePpm: number): bigint {
  if (exposure.gain === 0n) return exposure.gainInFlight;
  const found = BigInt(ratePpm) * BigInt(catchPpm(exposure));
  if (found === 0n) {
    throw new KoinonError({
      code: 'K_NO_AUDIT',
      message: 'No bond is enough, because at these terms nothing is ever found out.',
      fault: 'user',
      next: 'Choose an assurance with audits, or more auditors.',
    });
  }
  return divideUp(exposure.gain * MILLION * MILLION, found) + exposure.gainInFlight;
}

/**
 * Least rate that the bond allows, ppm, rounded up. Throws `K_BOND_TOO_SMALL` when even auditing everything would leave
 * cheating worth while; `data.needed` is the bond that would do, base units.
 */
export function rateForBondPpm(exposure: Exposure): number {
  if (exposure.gain === 0n) return 0;
  const needed = bondNeeded(exposure, ONE_PPM);
  if (exposure.bond < needed) {
    throw new KoinonError({
      code: 'K_BOND_TOO_SMALL',
      message: `A conviction of the provider would burn ${exposure.bond}, below the ${needed} that this order needs even if everything is audited.`,
      fault: 'user',
      data: { bond: exposure.bond.toString(), needed: needed.toString() },
      next: 'Take another provider, split the order, or wait until its open orders are final.',
    });
  }
  const free = exposure.bond - exposure.gainInFlight;
  return Number(divideUp(exposure.gain * MILLION * MILLION, BigInt(catchPpm(exposure)) * free));
}

/** Rate that the record alone would allow, ppm: everything before `TRUSTED_FROM` audits in a row, then 1 in that many. */
export function rateForTrustPpm({ consecutive }: Trust): number {
  if (consecutive < TRUSTED_FROM) return ONE_PPM;
  return Math.max(Math.ceil(ONE_PPM / consecutive), RATE_FLOOR_PPM);
}

/**
 * Share of a provider's receipts to replay, ppm, for an order with assurance `replay` (or audits on top of replicas): what the
 * record allows, but never less than the bond requires. Throws `K_BOND_TOO_SMALL`.
 */
export function auditRatePpm(exposure: Exposure, trust: Trust = NO_TRUST): number {
  return Math.max(rateForBondPpm(exposure), rateForTrustPpm(trust));
}
