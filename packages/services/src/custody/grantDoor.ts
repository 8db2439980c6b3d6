import type { RegisteredNodes } from '@koinon/kernel';
import { type Clock, nowSeconds, toColumn } from '@koinon/kernel';
import { TokenBucket } from '@koinon/network';
import { CLOCK_SKEW_SECONDS, type Hex, KoinonError, type Signed } from '@koinon/protocol';
import {
  APPROVED_KEPT_MS,
  DRAFT_MAX_BYTES,
  FORGOTTEN_MS,
  PLACE_BYTES,
  PLACES,
  PLACES_PER_REQUESTER,
  REFUSED_KEPT_MS,
  REQUEST_BURST,
  REQUESTS_PER_SECOND,
  RESERVED_PLACES,
  UNSEEN_WAIT_MS,
  WAIT_MAX_MS,
} from './doorLimits.ts';
import type { GrantBook } from './grantBook.ts';

const UNANSWERED = 'nobody answered it in time';
const CROWDED_OUT = 'nobody had looked at it when others needed its place';
/** Buckets of keys that are full again are forgotten above so many. */
const BUCKETS_MAX = 1024;
const SWEEP_MS = 1000;

/**
 * Lets requests for grants wait for the owner, so that none can shut out others: what waits has a bounded number of places,
 * each key few of them, and where all are taken, whoever has nothing waiting takes one from whoever has most.
 */
export class GrantDoor {
  readonly #clock: Clock;
  readonly #grants: GrantBook;
  readonly #registered: RegisteredNodes;
  readonly #buckets = new Map<Hex, TokenBucket>();
  #sweptAtMs = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock, grants: GrantBook, registered: RegisteredNodes) {
    this.#clock = clock;
    this.#grants = grants;
    this.#registered = registered;
  }

  /** What is looked at before anything is parsed. Throws `K_REQUEST_REFUSED`, `K_NOT_REGISTERED`. */
  async admit(from: Hex, payload: unknown): Promise<void> {
    const draft =
      typeof payload === 'object' && payload !== null ? Reflect.get(payload, 'manifest') : undefined;
    if (draft instanceof Uint8Array && draft.length > DRAFT_MAX_BYTES)
      throw refused(`a draft has at most ${DRAFT_MAX_BYTES} bytes`);
    await this.#registered.require(from);
  }

  /** What is looked at of a new request before its signature. Throws `K_REQUEST_REFUSED`, `K_RATE_LIMITED`. */
  knock(request: Signed<'GrantRequest'>, draft: Uint8Array): void {
    const { message } = request;
    const nowMs = this.#clock.nowMs();
    const expiresAtMs = Number(message.expiresAt) * 1000;
    if (message.expiresAt < nowSeconds(this.#clock)) throw refused('it has expired');
    if (expiresAtMs > nowMs + WAIT_MAX_MS + CLOCK_SKEW_SECONDS * 1000)
      throw refused(`it asks to wait for more than ${WAIT_MAX_MS / 86_400_000} days`);
    const retryAfterMs = this.#bucketOf(message.requester, nowMs).take(1, nowMs);
    if (retryAfterMs > 0) throw rateLimited(retryAfterMs);
    this.sweep();
    this.#requireRoom(message.requester, placesOf(request, draft));
  }

  /** Keeps a request in the places it takes until it is answered or expires. Throws `K_REQUEST_REFUSED`. */
  receive(digest: Hex, request: Signed<'GrantRequest'>, draft: Uint8Array): void {
    const nowMs = this.#clock.nowMs();
    const { requester, expiresAt } = request.message;
    const places = placesOf(request, draft);
    this.#requireRoom(requester, places);
    while (this.#grants.waiting().places + places > PLACES + RESERVED_PLACES) {
      this.#grants.evict(this.#grants.greediest()!.oldest, CROWDED_OUT, nowMs);
    }
    const expiresAtMs = Math.min(Number(expiresAt) * 1000, nowMs + UNSEEN_WAIT_MS);
    this.#grants.receive({ digest, request, manifest: draft, receivedAtMs: nowMs, expiresAtMs }, places);
  }

  /** Ends what waited long enough, and forgets what was decided long ago; to the second, however often it is called. */
  sweep(): void {
    const nowMs = this.#clock.nowMs();
    if (nowMs < this.#sweptAtMs + SWEEP_MS) return;
    this.#sweptAtMs = nowMs;
    this.#grants.expire(nowMs, UNANSWERED);
    this.#grants.prune({
      refusedMs: nowMs - REFUSED_KEPT_MS,
      approvedMs: nowMs - APPROVED_KEPT_MS,
      forgottenMs: nowMs - FORGOTTEN_MS,
    });
  }

  /** How long a request waits that the owner looked at now. */
  waitsUntilMs({ message }: Signed<'GrantRequest'>, receivedAtMs: number): number {
    return Math.min(Number(message.expiresAt) * 1000, receivedAtMs + WAIT_MAX_MS);
  }

  #requireRoom(requester: Hex, places: number): void {
    const own = this.#grants.waiting(requester).places;
    if (own + places > PLACES_PER_REQUESTER)
      throw refused('too many requests of yours are waiting for the owner');
    const taken = this.#grants.waiting().places + places;
    if (taken <= PLACES) return;
    if (own === 0) {
      if (taken <= PLACES + RESERVED_PLACES) return;
      // Whoever has more waiting than this one would have gives way.
      if ((this.#grants.greediest()?.places ?? 0) > places) return;
    }
    throw refused('too many requests are waiting for the owner');
  }

  #bucketOf(key: Hex, nowMs: number): TokenBucket {
    const known = this.#buckets.get(key);
    if (known) return known;
    if (this.#buckets.size >= BUCKETS_MAX) {
      for (const [other, bucket] of this.#buckets) if (bucket.isFull(nowMs)) this.#buckets.delete(other);
    }
    const bucket = new TokenBucket(REQUESTS_PER_SECOND, REQUEST_BURST, nowMs);
    this.#buckets.set(key, bucket);
    return bucket;
  }
}

/** Places of a request with its draft. */
export function placesOf(request: Signed<'GrantRequest'>, draft: Uint8Array): number {
  return Math.ceil((toColumn(request).length + draft.length) / PLACE_BYTES);
}

export function refused(reason: string): KoinonError {
  return new KoinonError({
    code: 'K_REQUEST_REFUSED',
    message: `Request refused: ${reason}.`,
    fault: 'user',
  });
}

function rateLimited(retryAfterMs: number): KoinonError {
  return new KoinonError({
    code: 'K_RATE_LIMITED',
    message: 'Request refused: too many requests of yours came in a short time.',
    fault: 'user',
    data: { retryAfterMs },
    next: 'Wait for the answers to those you made.',
  });
}
