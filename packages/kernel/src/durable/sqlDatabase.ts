import type { SqlDatabase } from '@koinon/chain';
import type { Database } from '@koinon/store';
import { z } from 'zod';

/** The store's database as the chain's journal and index want it; their tables are migrations like all others. */
export function sqlDatabaseOver(database: Database, component: string): SqlDatabase {
  return {
    exec: sql => database.migrate(component, [sql]),
    prepare: sql => ({
      run: (...values) => database.run(sql, ...values),
      get: (...values) => database.get(sql, z.unknown(), ...values),
      all: (...values) => database.all(sql, z.unknown(), ...values),
    }),
  };
}
