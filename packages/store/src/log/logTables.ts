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
     message TEXT NOT NULL,
     digest BLOB CHECK (length(digest) = 32),
     signature BLOB CHECK (length(signature) = 65),
     CHECK ((digest IS NULL) = (signature IS NULL))
   ) STRICT;
   CREATE TABLE log_subtree (
     level INTEGER NOT NULL,
     position INTEGER NOT NULL,
     hash BLOB NOT NULL CHECK (length(hash) = 32),
     PRIMARY KEY (level, position)
   ) STRICT, WITHOUT ROWID;
   CREATE TRIGGER log_entry_kept BEFORE DELETE ON log_entry
     BEGIN SELECT RAISE(ABORT, 'a log entry is never removed'); END;
   CREATE TRIGGER log_entry_sealed BEFORE UPDATE ON log_entry
     WHEN OLD.digest IS NOT NULL OR NEW.position <> OLD.position OR NEW.key <> OLD.key OR NEW.type <> OLD.type
       OR NEW.salt <> OLD.salt OR NEW.message <> OLD.message
     BEGIN SELECT RAISE(ABORT, 'a log entry is never changed'); END;
   CREATE TRIGGER log_subtree_kept BEFORE DELETE ON log_subtree
     BEGIN SELECT RAISE(ABORT, 'a subtree hash is never removed'); END;
   CREATE TRIGGER log_subtree_sealed BEFORE UPDATE ON log_subtree
     BEGIN SELECT RAISE(ABORT, 'a subtree hash is never changed'); END;`,
];

const columns = 'position, key, type, salt, message, digest, signature';
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
  /** A complete subtree never changes, so what was read once stays true. By position · 64 + level, oldest first. */
  readonly #cache = new Map<number, Uint8Array>();

  constructor(database: Database) {
    this.#database = database;
    database.migrate('log', steps);
  }

  byKey(key: string): StoredEntry | undefined {
    return parse(this.#database.get(`SELECT ${columns} FROM log_entry WHERE key = ?`, row, key));
  }

  at(index: number): StoredEntry | undefined {
    return parse(this.#database.get(`SELECT ${columns} FROM log_entry WHERE position = ?`, row, index));
  }

  /** All reserved entries; they are the last ones. */
  reserved(): AnyReservedEntry[] {
    return this.#database
      .all(`SELECT ${columns} FROM log_entry WHERE position >= ? ORDER BY position`, row, this.size())
      .map(found => reservedEntry(found));
  }

  /** How many entries are sealed: the leaves of the tree. */
  size(): number {
    return this.#after('SELECT position FROM log_subtree WHERE level = 0 ORDER BY position DESC LIMIT 1');
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
    const cached = this.#cache.get(name);
    if (cached !== undefined) return cached;
    const found = this.#database.get(
      'SELECT hash FROM log_subtree WHERE level = ? AND position = ?',
      hashRow,
      level,
      index,
    );
    if (found !== undefined) return this.#remember(name, found.hash);
    throw damaged(`subtree ${index} of level ${level} is missing`);
  };

  #remember(name: number, hash: Uint8Array): Uint8Array {
    if (this.#cache.size >= CACHED_SUBTREES) this.#cache.delete(this.#cache.keys().next().value ?? name);
    this.#cache.set(name, hash);
    return hash;
  }

  /** The state of a key alone: cheaper than `byKey`. */
  stateOf(key: string): 'reserved' | 'sealed' | undefined {
    return this.#database.get(
      'SELECT digest IS NOT NULL AS sealed FROM log_entry WHERE key = ?',
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
        const { changes } = this.#database.run(
          'UPDATE log_entry SET digest = ?, signature = ? WHERE position = ?',
          fromHex(seal.digest),
          fromHex(seal.signature),
          entry.index,
        );
        if (changes !== 1) throw damaged(`entry ${entry.index} was not reserved`);
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
