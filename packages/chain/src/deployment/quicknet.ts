import type { Hex } from '@koinon/protocol';

/** A drand network as DrandBeacon.sol is told of it. */
export interface DrandNetwork {
  /** When round 1 was published, unix seconds. */
  genesis: bigint;
  /** Seconds from one round to the next. */
  period: bigint;
  /** A point of G2 as EIP-2537 writes it, 256 bytes. */
  publicKey: Hex;
}

/** Quicknet of the League of Entropy; the public values of vectors/drand.json. */
export const QUICKNET: DrandNetwork = {
  genesis: 1_692_803_367n,
  period: 3n,
  publicKey:
    '0x000000000000000000000000000000000d1fec758c921cc22b0e17e63aaf4bcb5ed66304de9cf809bd274ca73bab4af5a6e9c76a4bc09e76eae8991ef5ece45a0000000000000000000000000000000003cf0f2896adee7eb8b5f01fcad3912212c437e0073e911fb90022d3e760183c8c4b450b6a0a6c3ac6a5776a2d106451000000000000000000000000000000000e5db2b6bfbb01c867749cadffca88b36c24f3012ba09fc4d3022c5c37dce0f977d3adb5d183c7477c442b1f045152730000000000000000000000000000000001a714f2edb74119a2f2b0d5a7c75ba902d163700a61bc224ededd8e63aef7be1aaf8e93d7a9718b047ccddb3eb5d68b',
};

/** Seconds by which a block's time may lag behind the clock: three slots of twelve. */
export const DEFAULT_BEACON_MARGIN_SECONDS = 36;
