import type { SqlDatabase } from '@koinon/chain';
import type { Database } from '@koinon/store';
import { z } from 'zod';

/** The store's database as the chain's journal wants it; its table is a migration like all others. */
export function sqlDatabaseOver(database: Database): SqlDatabase {
  return {
    exec: sql => database.migrate('chainTransactions', [sql]),
    prepare: sql => ({
      run: (...values) => database.run(sql, ...values),
      get: (...values) => database.get(sql, z.unknown(), ...values),
      all: (...values) => database.all(sql, z.unknown(), ...values),
    }),
  };
}
