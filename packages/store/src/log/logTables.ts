import {
  fromHex,
  KoinonError,
  type LoggedType,
  logEntryNames,
  logEntryTypes,
  logLeafHash,
  messageSchema,
  nodeHash,
  type SubtreeReader,
  toWire,
} from '@koinon/protocol';
import { z } from 'zod';
import { column } from '../database/columns.ts';
import type { Database } from '../database/database.ts';
import type { AnyLogEntry, AnyReservedEntry, Seal } from './nodeLog.ts';

/** The database itself refuses to change what is sealed, so a mistake above it can not. */
const steps = [
  `CREATE TABLE log_entry (
     position INTEGER PRIMARY KEY,
     key TEXT NOT NULL UNIQUE,
     type INTEGER NOT NULL,
     salt BLOB NOT NULL CHECK (length(salt) = 32),
     message TEXT NOT NULL
   ) STRICT;
   CREATE TABLE log_seal (
     position INTEGER PRIMARY KEY REFERENCES log_entry,
     digest BLOB NOT NULL CHECK (length(digest) = 32),
     signature BLOB NOT NULL CHECK (length(signature) = 65)
   ) STRICT;
   CREATE TABLE log_subtree (
     level INTEGER NOT NULL,
     position INTEGER NOT NULL,
     hash BLOB NOT NULL CHECK (length(hash) = 32),
     PRIMARY KEY (level, position)
   ) STRICT, WITHOUT ROWID;`,
  ...['log_entry', 'log_seal', 'log_subtree'].map(
    table => `CREATE TRIGGER ${table}_kept BEFORE DELETE ON ${table}
                BEGIN SELECT RAISE(ABORT, 'what is in the log is never removed'); END;
              CREATE TRIGGER ${table}_fixed BEFORE UPDATE ON ${table}
                BEGIN SELECT RAISE(ABORT, 'what is in the log is never changed'); END;`,
  ),
];

const select =
  'SELECT position, key, type, salt, message, digest, signature FROM log_entry LEFT JOIN log_seal USING (position)';
const row = z.object({
  position: column.integer,
  key: column.text,
  type: column.integer,
  salt: column.hex,
  message: column.text,
  digest: column.hex.nullable(),
  signature: column.hex.nullable(),
});
const hashRow = z.object({ hash: column.bytes });
const stateRow = z.object({
  sealed: column.boolean.transform(isSealed => (isSealed ? ('sealed' as const) : ('reserved' as const))),
});
const positionRow = z.object({ position: column.integer });

/** Subtree hashes kept in memory: a few megabytes; those near the root serve every proof. */
const CACHED_SUBTREES = 1 << 16;

export type StoredEntry =
  | { state: 'reserved'; entry: AnyReservedEntry }
  | { state: 'sealed'; entry: AnyLogEntry };

/** The tables of the log: entries, and the hash of every complete subtree, so that any proof is O(log n) reads. */
export class LogTables {
  readonly #database: Database;
  /** A complete subtree never changes, so what was read once stays true. By position · 64 + level. */
  #young = new Map<number, Uint8Array>();
  #old = new Map<number, Uint8Array>();

  constructor(database: Database) {
    this.#database = database;
    database.migrate('log', steps);
  }

  byKey(key: string): StoredEntry | undefined {
    return parse(this.#database.get(`${select} WHERE key = ?`, row, key));
  }

  at(index: number): StoredEntry | undefined {
    return parse(this.#database.get(`${select} WHERE position = ?`, row, index));
  }

  /** All reserved entries; they are the last ones. */
  reserved(): AnyReservedEntry[] {
    return this.#database
      .all(`${select} WHERE position >= ? ORDER BY position`, row, this.size())
      .map(found => reservedEntry(found));
  }

  /** How many entries are sealed: the leaves of the tree. */
  size(): number {
    return this.#after('SELECT position FROM log_seal ORDER BY position DESC LIMIT 1');
  }

  /** The index the next reservation takes. */
  nextIndex(): number {
    return this.#after('SELECT position FROM log_entry ORDER BY position DESC LIMIT 1');
  }

  #after(sql: string): number {
    const last = this.#database.get(sql, positionRow);
    return last === undefined ? 0 : last.position + 1;
  }

  /** Hash of a complete subtree. */
  readonly subtree: SubtreeReader = (level, index) => {
    const name = index * 64 + level;
    const young = this.#young.get(name);
    if (young !== undefined) return young;
    const old = this.#old.get(name);
    if (old !== undefined) return this.#remember(name, old);
    const found = this.#database.get(
      'SELECT hash FROM log_subtree WHERE level = ? AND position = ?',
      hashRow,
      level,
      index,
    );
    if (found !== undefined) return this.#remember(name, found.hash);
    throw damaged(`subtree ${index} of level ${level} is missing`);
  };

  /** Keeps the hash in the younger of two halves; a full half displaces the older one. */
  #remember(name: number, hash: Uint8Array): Uint8Array {
    if (this.#young.size >= CACHED_SUBTREES / 2) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(name, hash);
    return hash;
  }

  /** The state of a key alone: cheaper than `byKey`. */
  stateOf(key: string): 'reserved' | 'sealed' | undefined {
    return this.#database.get(
      'SELECT digest IS NOT NULL AS sealed FROM log_entry LEFT JOIN log_seal USING (position) WHERE key = ?',
      stateRow,
      key,
    )?.sealed;
  }

  /** Takes the next indices, in one commit. */
  reserve(entries: readonly AnyReservedEntry[]): void {
    this.#database.transaction(() => {
      for (const entry of entries) {
        this.#database.run(
          'INSERT INTO log_entry (position, key, type, salt, message) VALUES (?, ?, ?, ?, ?)',
          entry.index,
          entry.key,
          logEntryTypes[entry.type],
          fromHex(entry.salt),
          JSON.stringify(toWire(entry.message)),
        );
      }
    }, 'log.reserve');
  }

  /** Seals the first reserved entries with their signatures, in one commit. */
  seal(pairs: ReadonlyArray<{ entry: AnyReservedEntry; seal: Seal }>): AnyLogEntry[] {
    const fresh = new Map<number, Uint8Array>();
    const sealed = this.#database.transaction(() => {
      let size = this.size();
      return pairs.map(({ entry, seal }) => {
        if (entry.index !== size) throw damaged(`entry ${entry.index} would be sealed at ${size}`);
        const leaf = logLeafHash(entry.type, seal.digest, entry.salt);
        this.#database.run(
          'INSERT INTO log_seal VALUES (?, ?, ?)',
          entry.index,
          fromHex(seal.digest),
          fromHex(seal.signature),
        );
        this.#addLeaf(entry.index, leaf, fresh);
        size++;
        return { ...entry, ...seal, leaf } as AnyLogEntry;
      });
    }, 'log.seal');
    for (const [name, hash] of fresh) this.#remember(name, hash);
    return sealed;
  }

  /** Writes the leaf and every subtree it completes: those to whose right end it belongs. */
  #addLeaf(index: number, leaf: Uint8Array, fresh: Map<number, Uint8Array>): void {
    let hash = leaf;
    for (let level = 0, position = index; ; level++, position = Math.floor(position / 2)) {
      this.#database.run('INSERT INTO log_subtree VALUES (?, ?, ?)', level, position, hash);
      fresh.set(position * 64 + level, hash);
      if (position % 2 === 0) return;
      const left = fresh.get((position - 1) * 64 + level) ?? this.subtree(level, position - 1);
      hash = nodeHash(left, hash);
    }
  }
}

function parse(found: z.output<typeof row> | undefined): StoredEntry | undefined {
  if (found === undefined) return undefined;
  const reserved = reservedEntry(found);
  const { digest, signature } = found;
  if (digest === null || signature === null) return { state: 'reserved', entry: reserved };
  const leaf = logLeafHash(reserved.type, digest, reserved.salt);
  return { state: 'sealed', entry: { ...reserved, digest, signature, leaf } as AnyLogEntry };
}

function reservedEntry(found: z.output<typeof row>): AnyReservedEntry {
  const { position: index, key, salt } = found;
  const type = logEntryNames[found.type] as LoggedType | undefined;
  if (type === undefined) throw damaged(`entry ${index} has the unknown type ${found.type}`);
  const message = storedMessages[type].safeParse(found.message);
  if (!message.success) throw damaged(`the message of entry ${index} does not fit ${type}`, message.error);
  return { index, key, type, salt, message: message.data } as AnyReservedEntry;
}

const loggedTypes = Object.keys(logEntryTypes) as LoggedType[];

/** Built once: building a schema costs more than using it. */
export const messageSchemas = Object.fromEntries(loggedTypes.map(type => [type, messageSchema(type)])) as {
  [T in LoggedType]: ReturnType<typeof messageSchema<T>>;
};
const storedMessages = Object.fromEntries(
  loggedTypes.map(type => [type, column.json(messageSchemas[type])]),
) as Record<string, z.ZodType> as Record<LoggedType, z.ZodType>;

function damaged(reason: string, cause?: unknown): KoinonError {
  return new KoinonError({
    code: 'K_LOG_DAMAGED',
    message: `The log on disk is damaged: ${reason}.`,
    fault: 'platform',
    next: 'Restore the folder from a backup that is not older than the last anchor, and do not sign before that.',
    cause,
  });
}
