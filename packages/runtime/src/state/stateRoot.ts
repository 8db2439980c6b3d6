import { sha256 } from '@noble/hashes/sha2.js';
import { compareBytes, concat, tag, uint } from './bytes.ts';
import { MemoryTree } from './memoryTree.ts';
import { type Hash, leafHash, rootOfLeaves } from './merkleRoot.ts';
import type { GlobalBits, StepState } from './stepState.ts';

/** What the leaves beside the memory's are made of; a file by its size and sha-256. */
export interface StateDigests {
  readonly pages: number;
  readonly memoryRoot: Uint8Array;
  readonly globals: readonly GlobalBits[];
  readonly randomPosition: bigint;
  readonly waitedNs: bigint;
  readonly fuelUsed: bigint;
  readonly outputs: readonly {
    readonly name: Uint8Array;
    readonly size: number;
    readonly sha256: Uint8Array;
  }[];
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
}

const TAG = { memory: 1, globals: 2, random: 3, clock: 4, outputs: 5, streams: 6 } as const;

/**
 * The state root: RFC 6962 root over six leaves, each a tag byte and its contents.
 * 1: pages (8 bytes) ‖ root over the memory's pages of 64 KiB; 2: count (4) ‖ per mutable global its type byte
 * and value, little-endian in 8 bytes (a vector 16); 3: bytes drawn (8); 4: fuel used (8) ‖ waited
 * nanoseconds (8); 5: count (4) ‖ per file in order of name: length (4) ‖ name ‖ size (8) ‖ sha-256;
 * 6: sha-256 of stdout ‖ of stderr. Integers are big-endian but for the globals.
 */
export function rootOfDigests(state: StateDigests, hash: Hash): Uint8Array {
  const files = [...state.outputs].sort((a, b) => compareBytes(a.name, b.name));
  const leaves = [
    [tag(TAG.memory), uint(state.pages, 8), state.memoryRoot],
    [tag(TAG.globals), uint(state.globals.length, 4), ...state.globals.flatMap(globalBytes)],
    [tag(TAG.random), uint(state.randomPosition, 8)],
    [tag(TAG.clock), uint(state.fuelUsed, 8), uint(state.waitedNs, 8)],
    [
      tag(TAG.outputs),
      uint(files.length, 4),
      ...files.flatMap(({ name, size, sha256: digest }) => [
        uint(name.length, 4),
        name,
        uint(size, 8),
        digest,
      ]),
    ],
    [tag(TAG.streams), state.stdout, state.stderr],
  ];
  return rootOfLeaves(
    leaves.map(parts => leafHash(concat(parts), hash)),
    hash,
  );
}

/** The state root of a state at rest: 32 bytes, what a trace has as its leaf data. */
export function stateRootOf(state: StepState, hash: Hash = sha256, tree = new MemoryTree(hash)): Uint8Array {
  const encoder = new TextEncoder();
  return rootOfDigests(
    {
      ...state,
      pages: state.memory.length / 65536,
      memoryRoot: tree.root(state.memory),
      outputs: [...state.outputs].map(([name, bytes]) => ({
        name: encoder.encode(name),
        size: bytes.length,
        sha256: hash(bytes),
      })),
      stdout: hash(state.stdout),
      stderr: hash(state.stderr),
    },
    hash,
  );
}

/** Type byte and bits of a global, little-endian. */
export function globalBytes({ type, words }: GlobalBits): Uint8Array[] {
  return [tag(type), ...words.map(word => uint(BigInt.asUintN(64, word), 8).reverse())];
}
