import type { Chain } from '@koinon/chain';
import type { Hex } from '@koinon/protocol';

/** What a lot asks a beacon. */
export interface LotBeacon {
  /** The first round nobody could know when that block was made. */
  roundAfter(block: number): Promise<bigint>;
  /** The round's value once it is known. */
  value(round: bigint, signal?: AbortSignal): Promise<Hex>;
}

/** The network's beacon; where the chain has none, the hash of the next block: for local networks alone. */
export function beaconOf(chain: Chain): LotBeacon {
  const { beacon } = chain as Chain & { beacon?: LotBeacon };
  return (
    beacon ?? {
      roundAfter: async block => BigInt(block + 1),
      value: async (round, signal) => (await chain.waitForBlock(Number(round), signal)).hash,
    }
  );
}
