import type { Block } from '@ethereumjs/block';
import type { Common } from '@ethereumjs/common';
import { RLP } from '@ethereumjs/rlp';
import {
  bigIntToUnpaddedBytes,
  createZeroAddress,
  KECCAK256_RLP,
  KECCAK256_RLP_ARRAY,
  SHA256_NULL,
} from '@ethereumjs/util';
import { fromHex, type Hex } from '@koinon/protocol';
import { keccak256 } from 'viem/utils';

export const BLOCK_GAS = 30_000_000n;
export const BASE_FEE_WEI = 1_000_000_000n;

/** What a block's code can ask of it, and where it stands. */
export interface Place {
  number: number;
  parentHash: Hex;
  timestampSeconds: number;
  /** PREVRANDAO, 32 bytes. */
  mix: Uint8Array;
}

/** What a block came to. */
export interface Roots {
  state: Uint8Array;
  transactions: Uint8Array;
  receipts: Uint8Array;
  bloom: Uint8Array;
  gasUsed: bigint;
}

/** Roots of a block with nothing in it. */
export const NOTHING: Omit<Roots, 'state'> = {
  ...{ transactions: KECCAK256_RLP, receipts: KECCAK256_RLP, bloom: new Uint8Array(256), gasUsed: 0n },
};

/** Hash of the header (Prague): what ethereumjs makes of the same, at a tenth of the time. */
export function blockHash({ number, parentHash, timestampSeconds, mix }: Place, roots: Roots): Hex {
  const none = new Uint8Array();
  return keccak256(
    RLP.encode([
      ...[fromHex(parentHash), KECCAK256_RLP_ARRAY, new Uint8Array(20), roots.state, roots.transactions],
      ...[roots.receipts, roots.bloom, none, bigIntToUnpaddedBytes(BigInt(number))],
      ...[bigIntToUnpaddedBytes(BLOCK_GAS), bigIntToUnpaddedBytes(roots.gasUsed)],
      ...[bigIntToUnpaddedBytes(BigInt(timestampSeconds)), none, mix, new Uint8Array(8)],
      // Base fee, withdrawals, blob gas used and in excess, root of the beacon block, requests.
      ...[bigIntToUnpaddedBytes(BASE_FEE_WEI), KECCAK256_RLP, none, none, new Uint8Array(32), SHA256_NULL],
    ]),
  );
}

/** A place as code runs in it. It tells whether code looked: what did not, comes to the same anywhere. */
export interface Context {
  readonly block: Block;
  /** The hash of an earlier block, seen from here. */
  blockHash(number: number): Uint8Array;
  wasRead(): boolean;
}

export function contextOf(
  place: Place,
  common: Common,
  hashOf: (number: number) => Hex | undefined,
): Context {
  let wasRead = false;
  const look = <T>(value: T): T => {
    wasRead = true;
    return value;
  };
  const header = {
    ...{ coinbase: createZeroAddress(), gasLimit: BLOCK_GAS, baseFeePerGas: BASE_FEE_WEI, difficulty: 0n },
    getBlobGasPrice: () => 1n,
    get number() {
      return look(BigInt(place.number));
    },
    get timestamp() {
      return look(BigInt(place.timestampSeconds));
    },
    get prevRandao() {
      return look(place.mix);
    },
  };
  return {
    block: { common, header } as unknown as Block,
    blockHash: number => look(fromHex(hashOf(number) ?? `0x${'00'.repeat(32)}`)),
    wasRead: () => wasRead,
  };
}
