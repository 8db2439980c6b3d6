import { type Cid, cidOfDigest, DAG_CBOR, fromHex, type Hex, parseCid, RAW, toHex } from '@koinon/protocol';
import { z } from 'zod';
import { column } from '../database/columns.ts';
import type { Database } from '../database/database.ts';
import type { BlobInfo, Visibility } from './blobStore.ts';

const steps = [
  `CREATE TABLE blob (
     id INTEGER PRIMARY KEY,
     codec INTEGER NOT NULL,
     digest BLOB NOT NULL CHECK (length(digest) = 32),
     size INTEGER NOT NULL,
     is_private INTEGER NOT NULL,
     is_list INTEGER NOT NULL,
     is_whole INTEGER NOT NULL,
     UNIQUE (digest, codec)
   ) STRICT;
   CREATE TABLE blob_part (
     digest BLOB NOT NULL CHECK (length(digest) = 32),
     blob INTEGER NOT NULL REFERENCES blob ON DELETE CASCADE,
     PRIMARY KEY (digest, blob)
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX blob_part_blob ON blob_part (blob);`,
];

const row = z
  .object({
    id: column.integer,
    codec: column.integer,
    digest: column.hex,
    size: column.integer,
    is_private: column.boolean,
    is_list: column.boolean,
    is_whole: column.boolean,
  })
  .transform(found => ({
    id: found.id,
    cid: cidOfDigest(found.digest, found.codec === RAW ? RAW : DAG_CBOR),
    size: found.size,
    visibility: (found.is_private ? 'private' : 'public') as Visibility,
    isList: found.is_list,
    isWhole: found.is_whole,
  }));
export type IndexedBlob = z.output<typeof row>;

/** Which blobs there are, who may have them, and of which parts they are made. */
export class BlobIndex {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
    database.migrate('blobs', steps);
  }

  /** The row of a blob, whole or not. */
  find(cid: Cid): IndexedBlob | undefined {
    const { codec, digest } = parseCid(cid);
    return this.#database.get('SELECT * FROM blob WHERE digest = ? AND codec = ?', row, digest, codec);
  }

  /** Records a blob whose parts are all on disk. Private wins over public, whichever came first. */
  add(
    cid: Cid,
    facts: { size: number; visibility: Visibility; isList: boolean; parts: readonly Hex[] },
  ): void {
    const { codec, digest } = parseCid(cid);
    this.#database.transaction(() => {
      this.#database.run(
        `INSERT INTO blob (codec, digest, size, is_private, is_list, is_whole) VALUES (?, ?, ?, ?, ?, 1)
         ON CONFLICT (digest, codec) DO UPDATE SET is_private = max(is_private, excluded.is_private), is_whole = 1`,
        codec,
        digest,
        facts.size,
        facts.visibility === 'private',
        facts.isList,
      );
      const { id } = this.find(cid)!;
      for (const part of [toHex(digest), ...facts.parts]) {
        this.#database.run('INSERT OR IGNORE INTO blob_part VALUES (?, ?)', fromHex(part), id);
      }
    }, 'blob.index');
  }

  publish(id: number): void {
    this.#database.transaction(() => {
      this.#database.run('UPDATE blob SET is_private = 0 WHERE id = ?', id);
    }, 'blob.index');
  }

  /** Marks every blob with this part as not whole; what is known about them, visibility above all, stays. */
  markDamaged(part: Hex): void {
    this.#database.transaction(() => {
      this.#database.run(
        'UPDATE blob SET is_whole = 0 WHERE id IN (SELECT blob FROM blob_part WHERE digest = ?)',
        fromHex(part),
      );
    }, 'blob.index');
  }

  /** Forgets a blob; returns the parts that no other blob has. */
  remove(id: number): Hex[] {
    return this.#database.transaction(() => {
      const own = this.#database.all(
        `SELECT digest FROM blob_part AS own WHERE blob = ?
         AND NOT EXISTS (SELECT 1 FROM blob_part WHERE digest = own.digest AND blob <> own.blob)`,
        z.object({ digest: column.hex }),
        id,
      );
      this.#database.run('DELETE FROM blob WHERE id = ?', id);
      return own.map(({ digest }) => digest);
    }, 'blob.delete');
  }

  hasPart(digest: Hex): boolean {
    const found = this.#database.get(
      'SELECT 1 AS one FROM blob_part WHERE digest = ? LIMIT 1',
      z.unknown(),
      fromHex(digest),
    );
    return found !== undefined;
  }

  /** The whole blobs that have this part. */
  parents(digest: Hex): BlobInfo[] {
    return this.#database
      .all(
        'SELECT blob.* FROM blob_part JOIN blob ON blob.id = blob_part.blob WHERE blob_part.digest = ? AND is_whole',
        row,
        fromHex(digest),
      )
      .map(infoOf);
  }

  /** Whole blobs after the given row, in the order they came; a page at a time. */
  page(after: number): IndexedBlob[] {
    return this.#database.all(
      'SELECT * FROM blob WHERE id > ? AND is_whole ORDER BY id LIMIT 256',
      row,
      after,
    );
  }
}

export function infoOf({ cid, size, visibility }: BlobInfo): BlobInfo {
  return { cid, size, visibility };
}
