import { hexNumber, quantity, RpcAnswerError, type RpcTransport } from '@koinon/chain';
import type { Hex } from '@koinon/protocol';
import { keccak256 } from 'viem/utils';
import type { Loop } from '../loop/loop.ts';
import type { Random } from '../loop/random.ts';
import type { EndpointFaults } from './endpointFaults.ts';

export interface EndpointOptions {
  name: string;
  faults: EndpointFaults;
  loop: Loop;
  random: Random;
  /** The block that every endpoint has. */
  firstBlock: number;
  /** Throws a waiting transaction out. */
  forget(transaction: Hex): void;
}

/** One endpoint of the chain behind it, as bad as its faults. */
export function endpoint(behind: RpcTransport, options: EndpointOptions): RpcTransport {
  const { name, faults, loop, random, firstBlock, forget } = options;
  const never = new Promise<never>(() => undefined);

  async function answer(method: string, params: readonly unknown[], signal: AbortSignal): Promise<unknown> {
    if (method === 'eth_sendRawTransaction') {
      const hash = keccak256(params[0] as Hex);
      if (random.happens(faults.dropsPpm ?? 0)) return hash;
      if (random.happens(faults.forgetsPpm ?? 0)) loop.after(random.below(1_000), () => forget(hash));
    }
    const { behindBlocks = 0, aheadBlocks = 0 } = faults;
    if (behindBlocks === 0 && method !== 'eth_blockNumber') {
      return behind.request(method, seen(method, params), signal);
    }
    const height = hexNumber(await behind.request('eth_blockNumber', [], signal));
    const newest = Math.max(firstBlock, height - behindBlocks);
    if (method === 'eth_blockNumber') return quantity(newest + aheadBlocks);
    return lagging(await behind.request(method, before(method, params, newest), signal), newest);
  }

  const seen = (method: string, params: readonly unknown[]) =>
    faults.isBlindToWaiting && method === 'eth_getTransactionCount' ? [params[0], 'latest'] : params;

  /** The same question to who stands at that block. */
  function before(method: string, params: readonly unknown[], newest: number): readonly unknown[] {
    return seen(method, params).map((param, i) => {
      if (param === 'latest' || param === 'pending') return quantity(newest);
      if (i === 0 && method === 'eth_getBlockByNumber' && hexNumber(param) > newest) return quantity(2 ** 40);
      if (i > 0 && typeof param === 'string' && hexNumber(param) > newest) {
        throw new RpcAnswerError(-32000, 'header not found');
      }
      if (method !== 'eth_getLogs') return param;
      const filter = param as { toBlock: string };
      const to = filter.toBlock === 'latest' ? newest : Math.min(newest, hexNumber(filter.toBlock));
      return { ...filter, toBlock: quantity(to) };
    });
  }

  /** A receipt in a block that is not there yet is none. */
  const lagging = (value: unknown, newest: number) =>
    typeof value === 'object' && value !== null && 'transactionHash' in value && 'blockNumber' in value
      ? hexNumber(value.blockNumber) > newest
        ? null
        : value
      : value;

  return {
    name,
    async request(method, params, signal) {
      if (faults.isDown) throw new Error('connection refused');
      const isLost = random.happens(faults.lostPpm ?? 0);
      const isFailing = random.happens(faults.failsPpm ?? 0);
      if (isLost || isFailing) {
        if (random.happens(500_000)) await answer(method, params, signal).catch(() => undefined);
        if (isLost) return never;
        throw new Error('HTTP 502');
      }
      const [from, to] = faults.lateMs ?? [0, 0];
      const ms = to > from ? from + random.below(to - from) : from;
      if (ms > 0) await loop.clock.wait(ms, signal);
      return answer(method, params, signal);
    },
  };
}
