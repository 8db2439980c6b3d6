import { within } from '@koinon/protocol';
import { KoinonError } from '@koinon/protocol/errors';
import type { Clock } from '../../clock.ts';
import { hexNumber, quantity } from './quantity.ts';
import { RpcAnswerError, type RpcTransport } from './transport.ts';

export type Ask = (method: string, params: readonly unknown[]) => Promise<unknown>;

export interface Rpc {
  /**
   * The result from the first endpoint that is up, on the right chain, and has `minBlock`. Throws `RpcAnswerError` for
   * what a healthy endpoint refuses, `K_RPC_UNREACHABLE` when none answers, `K_WRONG_CHAIN` when one is elsewhere.
   */
  request(method: string, params: readonly unknown[], options?: { minBlock?: number }): Promise<unknown>;
  /**
   * Several questions to one endpoint, so that the answers fit together; all of them again at the next where one fails.
   * Throws as `request`.
   */
  atOne<T>(work: (ask: Ask) => Promise<T>): Promise<T>;
  /** From now on reads come from endpoints that have this block: what was seen once is not unseen. */
  raiseFloor(block: number): void;
  /** After the chain itself went back. */
  lowerFloor(block: number): void;
  /** Asks every endpoint for its height; the highest. Endpoints far behind it are passed over. */
  refreshHeads(): Promise<number>;
  close(): void;
}

export interface FailoverOptions {
  transports: readonly RpcTransport[];
  chainId: number;
  clock: Clock;
  /** An endpoint more blocks than this behind the best is passed over. */
  staleBlocks?: number;
  /** Longest one endpoint may take for one request, milliseconds. */
  timeoutMs?: number;
  /** Rounds over all endpoints before giving up; the pause between two doubles from `backoffMs`. */
  rounds?: number;
  backoffMs?: number;
}

interface Endpoint {
  transport: RpcTransport;
  chainChecked: boolean;
  head: number | undefined;
  /** Not asked before this time unless every other failed too. */
  restUntilMs: number;
  failures: number;
  lastError: string;
}

/** Longest rest of a failing endpoint, milliseconds. */
const REST_MAX_MS = 30_000;

export function failoverRpc(options: FailoverOptions): Rpc {
  const { clock, chainId, staleBlocks = 3, timeoutMs = 10_000, rounds = 5, backoffMs = 100 } = options;
  const closing = new AbortController();
  let floor = 0;
  const endpoints: Endpoint[] = options.transports.map(transport => ({
    transport,
    chainChecked: false,
    head: undefined,
    restUntilMs: 0,
    failures: 0,
    lastError: 'not asked yet',
  }));

  async function ask(endpoint: Endpoint, method: string, params: readonly unknown[]): Promise<unknown> {
    try {
      const answer = await within(
        clock,
        timeoutMs,
        signal => raceAbort(endpoint.transport.request(method, params, signal), signal),
        closing.signal,
      );
      endpoint.failures = 0;
      endpoint.restUntilMs = 0;
      return answer;
    } catch (error) {
      if (closing.signal.aborted) throw closedError();
      if (error instanceof RpcAnswerError && !isOverload(error)) throw error;
      rest(endpoint, describe(error));
      throw error;
    }
  }

  async function checkChain(endpoint: Endpoint): Promise<void> {
    if (endpoint.chainChecked) return;
    const found = hexNumber(await ask(endpoint, 'eth_chainId', []));
    if (found !== chainId) {
      throw new KoinonError({
        code: 'K_WRONG_CHAIN',
        message: `${endpoint.transport.name} serves chain ${found}, the address file is for chain ${chainId}.`,
        fault: 'user',
        data: { expected: chainId, found, endpoint: endpoint.transport.name },
        next: 'Give the RPC URL of the chain in the address file, or the address file of this chain.',
      });
    }
    endpoint.chainChecked = true;
  }

  async function refreshHead(endpoint: Endpoint): Promise<void> {
    await checkChain(endpoint);
    const claimed = hexNumber(await ask(endpoint, 'eth_blockNumber', []));
    // A height that would have all others passed over is believed only with the block.
    if (endpoints.length > 1 && claimed > best(endpoint) + staleBlocks) {
      const block = await ask(endpoint, 'eth_getBlockByNumber', [quantity(claimed), false]);
      if (block === null) {
        rest(endpoint, `claims block ${claimed} and does not have it`);
        throw new Error(endpoint.lastError);
      }
    }
    endpoint.head = claimed;
  }

  /** The highest that an endpoint other than this one is known to have; what fails now is not asked what it had. */
  function best(but?: Endpoint): number {
    const known = endpoints.filter(endpoint => endpoint !== but && endpoint.failures === 0);
    return Math.max(0, ...known.map(endpoint => endpoint.head ?? 0));
  }

  function rest(endpoint: Endpoint, why: string): void {
    endpoint.failures++;
    endpoint.lastError = why;
    endpoint.restUntilMs = clock.nowMs() + Math.min(REST_MAX_MS, 500 * 2 ** endpoint.failures);
  }

  /** Throws when the endpoint cannot serve a request that needs `minBlock`. */
  async function ready(endpoint: Endpoint, minBlock: number): Promise<void> {
    await checkChain(endpoint);
    const needed = Math.max(minBlock, floor, endpoints.length > 1 ? best() - staleBlocks : 0);
    if (needed === 0 || (endpoint.head ?? -1) >= needed) return;
    await refreshHead(endpoint);
    if ((endpoint.head ?? -1) < needed) {
      endpoint.lastError = `stands at block ${endpoint.head}, block ${needed} is needed`;
      throw new Error(endpoint.lastError);
    }
  }

  function inOrder(): Endpoint[] {
    const now = clock.nowMs();
    const rested = (endpoint: Endpoint) => (endpoint.restUntilMs <= now ? 0 : 1);
    return [...endpoints].sort((a, b) => rested(a) - rested(b) || a.restUntilMs - b.restUntilMs);
  }

  function lowerFloor(block: number): void {
    floor = Math.min(floor, block);
    for (const endpoint of endpoints) endpoint.head = undefined;
  }

  async function first<T>(minBlock: number, work: (endpoint: Endpoint) => Promise<T>): Promise<T> {
    for (let round = 0; ; round++) {
      for (const endpoint of inOrder()) {
        try {
          await ready(endpoint, minBlock);
          return await work(endpoint);
        } catch (error) {
          if (closing.signal.aborted) throw closedError();
          if (error instanceof KoinonError) throw error;
          if (error instanceof RpcAnswerError && !isOverload(error) && !isMissingBlock(error)) throw error;
          if (error instanceof RpcAnswerError && endpoints.length === 1 && round > 0) throw error;
        }
      }
      if (round + 1 >= rounds) {
        const behind = endpoints.filter(endpoint => endpoint.failures === 0 && endpoint.head !== undefined);
        if (minBlock > 0 || floor === 0 || behind.length === 0) throw unreachable(endpoints);
        // All that answer stand below what was seen before: the chain itself went back.
        lowerFloor(Math.max(...behind.map(endpoint => endpoint.head ?? 0)));
        round = 0;
      }
      await clock.wait(backoffMs * 2 ** round, closing.signal);
    }
  }

  return {
    request: (method, params, { minBlock = 0 } = {}) =>
      first(minBlock, endpoint => ask(endpoint, method, params)),
    atOne: work => first(0, endpoint => work((method, params) => ask(endpoint, method, params))),
    raiseFloor(block) {
      floor = Math.max(floor, block);
    },
    lowerFloor,
    async refreshHeads() {
      // Nothing to compare with.
      if (endpoints.length === 1) return best();
      const now = clock.nowMs();
      const due = endpoints.filter(endpoint => endpoint.restUntilMs <= now);
      const results = await Promise.allSettled(due.map(refreshHead));
      for (const result of results) {
        if (result.status === 'rejected' && result.reason instanceof KoinonError) throw result.reason;
      }
      return best();
    },
    close() {
      closing.abort();
    },
  };
}

function raceAbort<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason as Error);
    // First, so that the promise is never left without somebody who hears it fail.
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
  });
}

/** "Too many requests" and "limit exceeded": alive, but not for us, not now. */
function isOverload(error: RpcAnswerError): boolean {
  return error.code === -32005 || error.code === 429 || /rate limit|too many requests/i.test(error.message);
}

/** What endpoints answer for a block they do not have yet. */
function isMissingBlock(error: RpcAnswerError): boolean {
  return /header not found|unknown block|block not found|BlockOutOfRange|missing trie node/i.test(
    error.message,
  );
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error ? `: ${error.cause.message}` : '';
  return `${error.message}${cause}`;
}

function unreachable(endpoints: readonly Endpoint[]): KoinonError {
  const reasons = endpoints.map(({ transport, lastError }) => `${transport.name} (${lastError})`);
  return new KoinonError({
    code: 'K_RPC_UNREACHABLE',
    message: `No RPC endpoint of the chain answers: ${reasons.join(', ')}.`,
    fault: 'chain',
    data: { endpoints: reasons },
    next: 'Check the RPC URLs and the network, or add another URL; nothing was lost, what was sent is resumed.',
  });
}

export function closedError(): KoinonError {
  return new KoinonError({
    code: 'K_CHAIN_CLOSED',
    message: 'The chain access was closed.',
    fault: 'platform',
  });
}
