import type { Clock } from '@koinon/chain';

export { systemClock } from '@koinon/chain';
export type { Clock };

export function nowSeconds(clock: Clock): bigint {
  return BigInt(Math.floor(clock.nowMs() / 1000));
}
