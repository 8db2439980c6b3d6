import type { Trace } from '@koinon/integrity';
import { splitRoots, toColumn } from '@koinon/kernel';
import { concatBytes, executionOpeningSchema, fromHex, type Hex, schema } from '@koinon/protocol';
import { column, type Database } from '@koinon/store';
import { z } from 'zod';

/** This node's own execution of a receipt's manifest. */
export interface OwnReplay {
  receipt: Hex;
  trace: Trace;
  /** Runs that all came to this. */
  runs: number;
}

const endSchema = executionOpeningSchema.pick({ exitCode: true, fuel: true, rawOutput: true });
const rowSchema = z
  .object({
    receipt: schema.bytes32,
    end: column.json(endSchema),
    roots: column.bytes,
    runs: column.integer,
  })
  .transform(
    ({ receipt, end, roots, runs }): OwnReplay => ({
      receipt,
      runs,
      trace: {
        end,
        roots: splitRoots(roots),
      },
    }),
  );

/** What this node's own runs of disputed receipts came to: votes and accusations are made from these alone. */
export class ReplayBook {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
    database.migrate('replays', [
      `CREATE TABLE replays (
        receipt TEXT PRIMARY KEY, end TEXT NOT NULL, roots BLOB NOT NULL, runs INTEGER NOT NULL
      ) STRICT;`,
      'CREATE TABLE servedTraces (receipt TEXT PRIMARY KEY, roots BLOB NOT NULL) STRICT;',
    ]);
  }

  get(receipt: Hex): OwnReplay | undefined {
    return this.#database.get('SELECT * FROM replays WHERE receipt = ?', rowSchema, receipt);
  }

  /** How many receipts were run here. */
  get size(): number {
    return this.#database.get('SELECT count(*) AS size FROM replays', z.object({ size: column.integer }))!
      .size;
  }

  /** The first run of a receipt's manifest; another one is counted by `confirm`. */
  keep(receipt: Hex, { roots, end }: Trace): void {
    this.#database.run(
      'INSERT INTO replays (receipt, end, roots, runs) VALUES (?, ?, ?, 1) ON CONFLICT DO NOTHING',
      receipt,
      toColumn(end),
      concatBytes(...roots.map(fromHex)),
    );
  }

  confirm(receipt: Hex): void {
    this.#database.run('UPDATE replays SET runs = runs + 1 WHERE receipt = ?', receipt);
  }

  /** What a provider served as its trace: it has the root that its receipt commits to. */
  keepServed(receipt: Hex, roots: readonly Hex[]): void {
    this.#database.run(
      'INSERT INTO servedTraces VALUES (?, ?) ON CONFLICT DO NOTHING',
      receipt,
      concatBytes(...roots.map(fromHex)),
    );
  }

  served(receipt: Hex): Hex[] | undefined {
    const row = this.#database.get(
      'SELECT roots FROM servedTraces WHERE receipt = ?',
      z.object({ roots: column.bytes }),
      receipt,
    );
    return row && splitRoots(row.roots);
  }
}
