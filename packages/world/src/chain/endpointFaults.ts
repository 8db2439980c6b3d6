import type { Random } from '../loop/random.ts';

/** How an endpoint misbehaves. All of it may be changed while the world lives. Chances are of each request, in a million. */
export interface EndpointFaults {
  /** Refuses every connection. */
  isDown?: boolean;
  /** No answer ever comes; half of these requests do not even arrive. */
  lostPpm?: number;
  /** Answers with an error that says nothing about the request; half of these requests have been done. */
  failsPpm?: number;
  /** How late an answer is, milliseconds: from the first up to the second. */
  lateMs?: readonly [from: number, to: number];
  /** Blocks that it is behind. */
  behindBlocks?: number;
  /** Blocks that it claims and nobody has. */
  aheadBlocks?: number;
  /** Says yes to a transaction and throws it away. */
  dropsPpm?: number;
  /** Takes a transaction, and has forgotten it within a second. */
  forgetsPpm?: number;
  /** Counts no waiting transactions. */
  isBlindToWaiting?: boolean;
}

/** Faults as they are drawn: each kind is there or not, and if so as bad as may be. */
export function drawFaults(random: Random): EndpointFaults {
  const drawn = <T>(label: keyof EndpointFaults, draw: (own: Random) => T) => {
    const own = random.of(label);
    return own.happens(500_000) ? { [label]: draw(own) } : {};
  };
  const ppm = (most: number) => (own: Random) => own.below(most);
  return {
    ...drawn('lostPpm', ppm(100_000)),
    ...drawn('failsPpm', ppm(300_000)),
    ...drawn('lateMs', own => [0, 1 + own.below(5_000)]),
    ...drawn('behindBlocks', own => own.below(6)),
    ...drawn('aheadBlocks', own => own.below(100)),
    ...drawn('dropsPpm', ppm(1_000_000)),
    ...drawn('forgetsPpm', ppm(1_000_000)),
    ...drawn('isBlindToWaiting', () => true),
    // Rarer: an endpoint that is down shows none of the others.
    ...(random.of('isDown').happens(150_000) ? { isDown: true } : {}),
  };
}
