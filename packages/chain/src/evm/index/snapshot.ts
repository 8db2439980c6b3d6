import { z } from 'zod';
import type { SqlDatabase } from '../transactions/journal.ts';

/** Optional memory of the event index between runs; `load` answers undefined for a stranger's network. */
export interface IndexSnapshotPort {
  load(): string | undefined;
  save(snapshot: string): void;
}

const rowSchema = z.object({ snapshot: z.string() });

/** Keeps the event index in a table of the node's own SQLite database, so that a start does not read the chain again. */
export function sqliteSnapshot(database: SqlDatabase): IndexSnapshotPort {
  database.exec(`create table if not exists chain_index (
    id integer primary key check (id = 1), snapshot text not null) strict;`);
  const put = database.prepare('insert or replace into chain_index (id, snapshot) values (1, ?)');
  const get = database.prepare('select snapshot from chain_index where id = 1');
  return {
    save: snapshot => void put.run(snapshot),
    load() {
      const row = get.get();
      return row === undefined ? undefined : rowSchema.parse(row).snapshot;
    },
  };
}
