import type { BlobSource } from '@koinon/network';
import type { Cid, Hex } from '@koinon/protocol';
import { column, type Store } from '@koinon/store';
import { z } from 'zod';

/**
 * Who may read which private blob. The one place that decides what bytes leave over the blob protocol: public blobs go
 * to anyone, private ones to the peers named here, and everything else does not exist.
 */
export class BlobReaders {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
    store.database.migrate('blobReaders', [
      'CREATE TABLE blobReaders (cid TEXT NOT NULL, peer TEXT NOT NULL, PRIMARY KEY (cid, peer)) STRICT;',
    ]);
  }

  allow(cid: Cid, peer: Hex): void {
    this.#store.database.run('INSERT OR IGNORE INTO blobReaders VALUES (?, ?)', cid, peer.toLowerCase());
  }

  /** True when any blob that this part belongs to may be read by the peer. */
  mayRead(part: Cid, peer: Hex): boolean {
    return this.#store.blobs
      .partParents(part)
      .some(parent => parent.visibility === 'public' || this.#isNamed(parent.cid, peer));
  }

  source(): BlobSource {
    return {
      part: async (cid, peer) => (this.mayRead(cid, peer) ? this.#store.blobs.getPart(cid) : undefined),
    };
  }

  #isNamed(cid: Cid, peer: Hex): boolean {
    return (
      this.#store.database.get(
        'SELECT 1 AS found FROM blobReaders WHERE cid = ? AND peer = ?',
        z.object({ found: column.integer }),
        cid,
        peer.toLowerCase(),
      ) !== undefined
    );
  }
}
