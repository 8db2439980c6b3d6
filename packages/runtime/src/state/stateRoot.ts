import { sha256 } from '@noble/hashes/sha2.js';
import type { ValueType } from '../wasm/types.ts';
import type { MemoryTree } from './memoryTree.ts';
import { type Hash, leafHash, rootOfLeaves } from './merkleRoot.ts';

/** Everything the next step can see. */
export interface State {
  readonly memory: Uint8Array;
  /** Bits of each mutable global: one 64-bit word, two for a vector. */
  readonly globals: readonly { readonly type: ValueType; readonly words: readonly bigint[] }[];
  /** Bytes drawn from the random stream. */
  readonly randomPosition: bigint;
  /** Nanoseconds that waiting has added to the clock; the rest of it is the manifest's time and fuel. */
  readonly waitedNs: bigint;
  readonly fuelUsed: bigint;
  /** Files under /out by name. */
  readonly outputs: ReadonlyMap<string, Uint8Array>;
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
export function stateRoot(state: State, memory: MemoryTree, hash: Hash = sha256): Uint8Array {
  const pages = BigInt(state.memory.length / 65536);
  const leaves = [
    [tag(TAG.memory), be(pages, 8), memory.root(state.memory)],
    [tag(TAG.globals), be(BigInt(state.globals.length), 4), ...state.globals.flatMap(globalBytes)],
    [tag(TAG.random), be(state.randomPosition, 8)],
    [tag(TAG.clock), be(state.fuelUsed, 8), be(state.waitedNs, 8)],
    [tag(TAG.outputs), be(BigInt(state.outputs.size), 4), ...fileBytes(state.outputs, hash)],
    [tag(TAG.streams), hash(state.stdout), hash(state.stderr)],
  ];
  return rootOfLeaves(
    leaves.map(parts => leafHash(join(parts), hash)),
    hash,
  );
}

function tag(value: number): Uint8Array {
  return new Uint8Array([value]);
}

function be(value: bigint, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let i = length - 1, rest = value; i >= 0; i--, rest >>= 8n) bytes[i] = Number(rest & 0xffn);
  return bytes;
}

function globalBytes(global: State['globals'][number]): Uint8Array[] {
  return [tag(global.type), ...global.words.map(word => be(BigInt.asUintN(64, word), 8).reverse())];
}

function fileBytes(files: ReadonlyMap<string, Uint8Array>, hash: Hash): Uint8Array[] {
  const encoder = new TextEncoder();
  const rows = [...files].map(([name, bytes]) => ({ name: encoder.encode(name), bytes }));
  rows.sort((a, b) => compareBytes(a.name, b.name));
  return rows.flatMap(({ name, bytes }) => [
    be(BigInt(name.length), 4),
    name,
    be(BigInt(bytes.length), 8),
    hash(bytes),
  ]);
}

/** Order of byte strings, shorter first among equals. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const n = Math.min(a.length, b.length);
  for (let i = 0; i < n; i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return a.length - b.length;
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
