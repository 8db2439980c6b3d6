import type { Clock } from '@koinon/protocol';

export { systemClock } from '@koinon/protocol/systemClock';
export type { Clock };

export function nowSeconds(clock: Clock): bigint {
  return BigInt(Math.floor(clock.nowMs() / 1000));
}
