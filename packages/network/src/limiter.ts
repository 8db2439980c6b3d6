import type { Hex } from '@koinon/protocol';

/** Tokens that come back at `rate` a second up to `burst`. */
export class TokenBucket {
  readonly #rate: number;
  readonly #burst: number;
  #tokens: number;
  #atMs: number;

  constructor(rate: number, burst: number, nowMs: number) {
    this.#rate = rate;
    this.#burst = burst;
    this.#tokens = burst;
    this.#atMs = nowMs;
  }

  /** Takes `count` tokens, or takes none and says how many milliseconds are missing. */
  take(count: number, nowMs: number): number {
    if (this.#rate === Number.POSITIVE_INFINITY) return 0;
    this.#refill(nowMs);
    if (this.#tokens >= count) {
      this.#tokens -= count;
      return 0;
    }
    return Math.max(1, Math.ceil(((count - this.#tokens) / this.#rate) * 1000));
  }

  isFull(nowMs: number): boolean {
    if (this.#rate === Number.POSITIVE_INFINITY) return true;
    this.#refill(nowMs);
    return this.#tokens >= this.#burst;
  }

  #refill(nowMs: number): void {
    const elapsedMs = Math.max(0, nowMs - this.#atMs);
    this.#atMs = Math.max(this.#atMs, nowMs);
    this.#tokens = Math.min(this.#burst, this.#tokens + (elapsedMs / 1000) * this.#rate);
  }
}

export interface LimiterOptions {
  /** Events a second and at once. */
  perSecond: number;
  burst: number;
  bytesPerSecond: number;
  bytesBurst: number;
  concurrentPerPeer: number;
  concurrentTotal: number;
  now(): number;
}

export type Admission = { admitted: true; release(): void } | { admitted: false; retryAfterMs: number };

interface PeerState {
  events: TokenBucket;
  bytes: TokenBucket;
  active: number;
}

/** Above this many peers those who owe nothing are forgotten, whenever the number has doubled since. */
const FORGET_ABOVE_PEERS = 4096;
/** Told to a peer that runs too many at once: nobody knows when one ends. */
const BUSY_RETRY_MS = 1000;

/** Says per peer what may run now: rate of events and bytes, and how many at once. */
export class PeerLimiter {
  readonly #options: LimiterOptions;
  readonly #peers = new Map<Hex, PeerState>();
  #active = 0;
  #forgetAbove = FORGET_ABOVE_PEERS;

  constructor(options: LimiterOptions) {
    this.#options = options;
  }

  /** Admits one event of `bytes` bytes. An event larger than the burst waits for a full bucket. */
  admit(peer: Hex, bytes: number): Admission {
    const { concurrentPerPeer, concurrentTotal, bytesBurst } = this.#options;
    const now = this.#options.now();
    const state = this.#stateOf(peer, now);
    if (state.active >= concurrentPerPeer || this.#active >= concurrentTotal) {
      return { admitted: false, retryAfterMs: BUSY_RETRY_MS };
    }
    const missingMs = state.events.take(1, now) || state.bytes.take(Math.min(bytes, bytesBurst), now);
    if (missingMs > 0) return { admitted: false, retryAfterMs: missingMs };
    state.active++;
    this.#active++;
    let released = false;
    return {
      admitted: true,
      release: () => {
        if (released) return;
        released = true;
        state.active--;
        this.#active--;
      },
    };
  }

  /** How many peers are remembered. */
  get size(): number {
    return this.#peers.size;
  }

  #stateOf(peer: Hex, now: number): PeerState {
    const known = this.#peers.get(peer);
    if (known) return known;
    if (this.#peers.size >= this.#forgetAbove) this.#forgetIdle(now);
    const { perSecond, burst, bytesPerSecond, bytesBurst } = this.#options;
    const state: PeerState = {
      events: new TokenBucket(perSecond, burst, now),
      bytes: new TokenBucket(bytesPerSecond, bytesBurst, now),
      active: 0,
    };
    this.#peers.set(peer, state);
    return state;
  }

  #forgetIdle(now: number): void {
    for (const [peer, state] of this.#peers) {
      if (state.active === 0 && state.events.isFull(now) && state.bytes.isFull(now)) this.#peers.delete(peer);
    }
    this.#forgetAbove = Math.max(FORGET_ABOVE_PEERS, 2 * this.#peers.size);
  }
}
