import {
  KoinonError,
  type LoggedType,
  logEntryNames,
  logEntryTypes,
  messageSchema,
  type SubtreeReader,
  TILE_WIDTH,
} from '@koinon/protocol';
import { z } from 'zod';
import { bytesOfHex, digestOf } from '#platform';
import { column } from '../database/columns.ts';
import type { Database } from '../database/database.ts';
import type { AnyLogEntry, AnyReservedEntry, LogLeaf, Seal } from './nodeLog.ts';
import { TileTree } from './tileTree.ts';
import { TILE_BYTES } from './treeTile.ts';

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
  // Hashes by tile instead of by subtree: one row for 256 entries. All of them follow from the entries.
  `DROP TABLE log_subtree;
   CREATE TABLE log_tile (
     level INTEGER NOT NULL,
     position INTEGER NOT NULL,
     hashes BLOB NOT NULL CHECK (length(hashes) = ${TILE_BYTES}),
     PRIMARY KEY (level, position)
   ) STRICT;
   CREATE TRIGGER log_tile_kept BEFORE DELETE ON log_tile
     BEGIN SELECT RAISE(ABORT, 'what is in the log is never removed'); END;
   CREATE TRIGGER log_tile_fixed BEFORE UPDATE ON log_tile
     BEGIN SELECT RAISE(ABORT, 'what is in the log is never changed'); END;`,
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
const leafRow = z.object({ type: column.integer, digest: column.hex, salt: column.hex });
const tileRow = z.object({ hashes: column.bytes });
const countRow = z.object({ count: column.integer });
const stateRow = z.object({
  key: column.text,
  sealed: column.boolean.transform(isSealed => (isSealed ? ('sealed' as const) : ('reserved' as const))),
});
const positionRow = z.object({ position: column.integer });

/** Leaves read at a time while a tree is built anew. */
const LEAVES_AT_ONCE = 4096;

export type StoredEntry =
  | { state: 'reserved'; entry: AnyReservedEntry }
  | { state: 'sealed'; entry: AnyLogEntry };

/** The tables of the log: entries, their seals, and the full tiles of the tree over them. */
export class LogTables {
  readonly #database: Database;
  /** Undefined until it is asked for, and again after a write that failed: then memory and disk may differ. */
  #tree: TileTree | undefined;
  #next: number | undefined;

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
    return this.#theTree().size;
  }

  /** The index the next reservation takes. */
  nextIndex(): number {
    this.#next ??= this.#after('SELECT position FROM log_entry ORDER BY position DESC LIMIT 1');
    return this.#next;
  }

  #after(sql: string): number {
    const last = this.#database.get(sql, positionRow);
    return last === undefined ? 0 : last.position + 1;
  }

  /** Hash of a complete subtree. */
  readonly subtree: SubtreeReader = (level, index) => this.#theTree().subtree(level, index);

  /** What the leaves [start, end) are made of. */
  leaves(start: number, end: number): LogLeaf[] {
    const sql =
      'SELECT type, digest, salt FROM log_entry JOIN log_seal USING (position) WHERE position >= ? AND position < ? ORDER BY position';
    return this.#database.all(sql, leafRow, start, end).map(({ type, digest, salt }, i) => {
      return { type: typeNamed(type, start + i), digest, salt };
    });
  }

  #theTree(): TileTree {
    this.#tree ??= this.#readTree();
    return this.#tree;
  }

  #readTree(): TileTree {
    const tree = new TileTree({
      read: (level, position) =>
        this.#database.get(
          'SELECT hashes FROM log_tile WHERE level = ? AND position = ?',
          tileRow,
          level,
          position,
        )?.hashes,
      write: (level, position, hashes) => {
        this.#database.run('INSERT INTO log_tile VALUES (?, ?, ?)', level, position, hashes);
      },
    });
    const size = this.#after('SELECT position FROM log_seal ORDER BY position DESC LIMIT 1');
    const full = Math.floor(size / TILE_WIDTH);
    const { count = 0 } =
      this.#database.get('SELECT count(*) AS count FROM log_tile WHERE level = 0', countRow) ?? {};
    const hashes = (start: number, end: number) => this.leaves(start, end).map(hashOf);
    if (count === full) {
      tree.resume(size, hashes(full * TILE_WIDTH, size));
    } else if (count === 0) {
      // Written by a version that kept no tiles.
      this.#database.transaction(() => {
        for (let start = 0; start < size; start += LEAVES_AT_ONCE) {
          tree.append(hashes(start, Math.min(size, start + LEAVES_AT_ONCE)));
        }
      }, 'log.tiles');
    } else {
      throw damaged(`it has ${count} full tiles and ${size} entries`);
    }
    if (tree.size !== size) throw damaged(`of ${size} entries only ${tree.size} are there`);
    return tree;
  }

  /** How the entries of these keys stand; cheaper than `byKey`. */
  statesOf(keys: readonly string[]): Map<string, 'reserved' | 'sealed'> {
    const sql =
      'SELECT key, digest IS NOT NULL AS sealed FROM log_entry LEFT JOIN log_seal USING (position) WHERE key IN (SELECT value FROM json_each(?))';
    const rows = this.#database.all(sql, stateRow, JSON.stringify(keys));
    return new Map(rows.map(({ key, sealed }) => [key, sealed]));
  }

  /** Takes the next indices, in one commit. */
  reserve(entries: readonly AnyReservedEntry[]): void {
    this.#next = undefined;
    this.#database.transaction(() => {
      for (const entry of entries) {
        this.#database.run(
          'INSERT INTO log_entry (position, key, type, salt, message) VALUES (?, ?, ?, ?, ?)',
          entry.index,
          entry.key,
          logEntryTypes[entry.type],
          bytesOfHex(entry.salt),
          messageText(entry.message),
        );
      }
    }, 'log.reserve');
  }

  /** Seals the first reserved entries with their signatures, in one commit. */
  seal(pairs: ReadonlyArray<{ entry: AnyReservedEntry; seal: Seal }>): AnyLogEntry[] {
    const tree = this.#theTree();
    // Until the commit is through, memory is ahead of the disk.
    this.#tree = undefined;
    const sealed = this.#database.transaction(() => {
      const entries = pairs.map(({ entry, seal }, i) => {
        if (entry.index !== tree.size + i)
          throw damaged(`entry ${entry.index} would be sealed at ${tree.size + i}`);
        this.#database.run(
          'INSERT INTO log_seal VALUES (?, ?, ?)',
          entry.index,
          bytesOfHex(seal.digest),
          bytesOfHex(seal.signature),
        );
        const { index, key, type, salt, message } = entry;
        const { digest, signature } = seal;
        const leaf = hashOf({ type, digest, salt });
        return { index, key, type, salt, message, digest, signature, leaf } as AnyLogEntry;
      });
      tree.append(entries.map(entry => entry.leaf));
      return entries;
    }, 'log.seal');
    this.#tree = tree;
    return sealed;
  }
}

/** `toWire` as JSON, for messages: they are flat, and there are many of them. */
function messageText(message: AnyReservedEntry['message']): string {
  const wire: Record<string, string | number> = {};
  for (const [name, value] of Object.entries(message)) {
    wire[name] = typeof value === 'bigint' ? value.toString() : value;
  }
  return JSON.stringify(wire);
}

/** Prefix, type, digest and salt: what a leaf's hash is over. */
const LEAF = new Uint8Array(1 + 1 + 32 + 32);

/** `logLeafHash`, by the platform's sha-256. */
function hashOf({ type, digest, salt }: LogLeaf): Uint8Array {
  LEAF[1] = logEntryTypes[type];
  LEAF.set(bytesOfHex(digest), 2);
  LEAF.set(bytesOfHex(salt), 34);
  return new Uint8Array(digestOf(LEAF));
}

function typeNamed(byte: number, index: number): LoggedType {
  const type = logEntryNames[byte] as LoggedType | undefined;
  if (type === undefined) throw damaged(`entry ${index} has the unknown type ${byte}`);
  return type;
}

function parse(found: z.output<typeof row> | undefined): StoredEntry | undefined {
  if (found === undefined) return undefined;
  const reserved = reservedEntry(found);
  const { digest, signature } = found;
  if (digest === null || signature === null) return { state: 'reserved', entry: reserved };
  const leaf = hashOf({ type: reserved.type, digest, salt: reserved.salt });
  return { state: 'sealed', entry: { ...reserved, digest, signature, leaf } as AnyLogEntry };
}

function reservedEntry(found: z.output<typeof row>): AnyReservedEntry {
  const { position: index, key, salt } = found;
  const type = typeNamed(found.type, index);
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
