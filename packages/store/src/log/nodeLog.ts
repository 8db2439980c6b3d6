import type { Hex, LoggedType, Message, SubtreeReader } from '@koinon/protocol';

/** A statement that stands in the log: signed, sealed, never to change. */
export interface LogEntry<T extends LoggedType = LoggedType> {
  /** Position in the log, from 0. */
  index: number;
  /** What the caller knows it by, such as `receipt:0x…` with the order's digest. */
  key: string;
  type: T;
  /** Blinds the leaf, 32 bytes; zero for everything public. */
  salt: Hex;
  message: Message<T>;
  /** EIP-712 digest of the message. */
  digest: Hex;
  signature: Hex;
  /** RFC 6962 leaf hash of type ‖ digest ‖ salt, 32 bytes. */
  leaf: Uint8Array;
}

/** An entry of any type; `type` tells which message it holds. */
export type AnyLogEntry = { [T in LoggedType]: LogEntry<T> }[LoggedType];

/** An index taken and its message on disk, not yet signed and sealed. */
export type ReservedEntry<T extends LoggedType = LoggedType> = Pick<
  LogEntry<T>,
  'index' | 'key' | 'type' | 'salt' | 'message'
>;
export type AnyReservedEntry = { [T in LoggedType]: ReservedEntry<T> }[LoggedType];

/** What the hash of a leaf is over: `logLeafData` puts it together. */
export type LogLeaf = Pick<LogEntry, 'type' | 'digest' | 'salt'>;

/** A signature with the digest it is over. */
export interface Seal {
  digest: Hex;
  signature: Hex;
}

export interface AppendRequest<T extends LoggedType> {
  key: string;
  type: T;
  salt: Hex;
  /** Builds the message for the index it will have. Called once in the life of a key; must not have effects. */
  message(index: bigint): Message<T>;
  /** Signs exactly that message; may be called again with it, after a crash or a failure. */
  sign(message: Message<T>): Promise<Seal>;
}

/** Signs a message that an earlier process reserved. */
export type RecoverSign = (entry: AnyReservedEntry) => Promise<Seal>;

/**
 * The RFC 6962 log of what a node signed. An entry is reserved first (index and unsigned message on disk), then
 * signed, then sealed (signature, leaf and subtree hashes in one commit), and only then handed out. So a process
 * killed anywhere never signs two messages for one index, nor one key twice.
 */
export interface NodeLog {
  /**
   * The entry of this key: the one that is there, or a new one at the end. Calls made together share their commits.
   * Throws `K_LOG_KEY_TAKEN` when the key belongs to an entry of another type, `K_LOG_PENDING` when an earlier entry
   * was reserved and could not be signed, `K_LOG_MESSAGE` when the message does not fit its type or its index.
   */
  append<T extends LoggedType>(request: AppendRequest<T>): Promise<LogEntry<T>>;
  /** Many at once, in two commits for each few hundred. */
  appendMany<T extends LoggedType>(requests: readonly AppendRequest<T>[]): Promise<Array<LogEntry<T>>>;
  /** Signs and seals what an earlier process had reserved; call once after opening. Returns what it sealed. */
  recover(sign: RecoverSign): Promise<AnyLogEntry[]>;
  /** The first entry reserved and not sealed. */
  pending(): AnyReservedEntry | undefined;

  byKey(key: string): AnyLogEntry | undefined;
  /** The sealed entry at an index, or undefined. */
  at(index: number): AnyLogEntry | undefined;
  /** How many entries are sealed. */
  readonly size: number;
  /** What the leaves [start, end) are made of. Throws `K_LOG_RANGE`. */
  leaves(start: number, end: number): LogLeaf[];
  /** Hash of a complete subtree. Throws a `RangeError` for one that is not. */
  readonly subtree: SubtreeReader;
  /** Root of the first `size` entries (all of them by default), 32 bytes. Throws `K_LOG_RANGE` beyond the end. */
  root(size?: number): Uint8Array;
  /** Audit path of the leaf at `index` in the log of `size` entries. Throws `K_LOG_RANGE`. */
  inclusion(index: number, size: number): Uint8Array[];
  /** Proof that the log of `first` entries is a prefix of the one of `second`. Throws `K_LOG_RANGE`. */
  consistency(first: number, second: number): Uint8Array[];
}
