import { column, type Database } from '@koinon/store';
import { z } from 'zod';
import type { Clock } from '../ports/clock.ts';
import { Matters, type MattersOptions } from './matters.ts';

/** When something is to be looked at again; the first that comes counts. */
export interface Due {
  /** By the node's clock, milliseconds since 1970. */
  atMs?: number;
  /** By the time of the newest block, unix seconds. */
  atSeconds?: number;
  /** By the number of the newest block. */
  atBlock?: number;
}

/** When to look again; undefined when nothing is left to do. */
export type Again = Due | undefined;

/** One thing to be done, as it is kept between lives. */
export interface Entry<K extends string = string> {
  key: K;
  due: Due;
  /** Times in a row that it failed. */
  failures: number;
}

/** The newest block, as the agenda needs it. */
export interface BlockTime {
  number: number;
  timestampSeconds: number;
}

export interface AgendaPorts {
  database: Database;
  clock: Clock;
  /** Calls the handler for new blocks, for each of them with `everyBlock`; returns what stops it. */
  watchBlocks(handler: (block: BlockTime) => void, options: { everyBlock: boolean }): () => void;
}

const rowSchema = z.object({
  key: column.text,
  atMs: column.integer.nullable(),
  atSeconds: column.integer.nullable(),
  atBlock: column.integer.nullable(),
  failures: column.integer,
});

/**
 * Everything a node still has to do, on disk: each service keeps its matters here, and whatever kills the node, what was not
 * done is looked at again. A matter waits for a time of the clock or of the chain; what fails is tried again after a pause
 * that grows.
 */
export class Agenda {
  readonly #ports: AgendaPorts;
  readonly #lists = new Set<Matters>();
  #watch: { everyBlock: boolean; stop(): void } | undefined;
  #newest: number | undefined;

  constructor(ports: AgendaPorts) {
    this.#ports = ports;
    ports.database.migrate('agenda', [
      `CREATE TABLE agenda (
        list TEXT NOT NULL, key TEXT NOT NULL, atMs INTEGER, atSeconds INTEGER, atBlock INTEGER,
        failures INTEGER NOT NULL, UNIQUE (list, key)
      ) STRICT;`,
    ]);
  }

  /** The matters of this name, with those an earlier life left; nothing is worked on before `takeUp`. */
  matters<K extends string>(name: string, options: MattersOptions<K>): Matters<K> {
    const { database, clock } = this.#ports;
    const book = {
      load: () =>
        database
          .all(
            'SELECT key, atMs, atSeconds, atBlock, failures FROM agenda WHERE list = ? ORDER BY rowid',
            rowSchema,
            name,
          )
          .map(({ key, failures, ...due }): Entry<K> => ({ key: key as K, failures, due: present(due) })),
      put: ({ key, due, failures }: Entry<K>) => {
        database.run(
          `INSERT INTO agenda VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (list, key) DO UPDATE SET
             atMs = excluded.atMs, atSeconds = excluded.atSeconds, atBlock = excluded.atBlock, failures = excluded.failures`,
          ...[name, key, due.atMs ?? null, due.atSeconds ?? null, due.atBlock ?? null, failures],
        );
      },
      remove: (key: K) => {
        database.run('DELETE FROM agenda WHERE list = ? AND key = ?', name, key);
      },
    };
    const list = new Matters<K>(
      {
        ...{ book, clock, changed: () => this.#pace() },
        ended: () => this.#lists.delete(list as unknown as Matters),
      },
      options,
    );
    this.#lists.add(list as unknown as Matters);
    if (this.#watch) list.takeUp();
    return list;
  }

  /** Begins to work, on everything that is due and from now on whenever something is. */
  takeUp(): void {
    if (this.#watch) return;
    this.#look(false);
    for (const list of this.#lists) list.takeUp();
  }

  #look(everyBlock: boolean): void {
    const before = this.#watch;
    const stop = this.#ports.watchBlocks(
      block => {
        this.#newest = block.number;
        for (const list of this.#lists) list.blockCame(block);
        this.#pace();
      },
      { everyBlock },
    );
    this.#watch = { everyBlock, stop };
    before?.stop();
  }

  /** Every block is wanted only while a matter waits for one that may come any moment. */
  #pace(): void {
    if (!this.#watch) return;
    const everyBlock = [...this.#lists].some(list => list.isBlockNear(this.#newest));
    if (everyBlock !== this.#watch.everyBlock) this.#look(everyBlock);
  }

  /** Ends every list that is left; what is under way is waited for, and everything stays on disk. */
  async stop(): Promise<void> {
    this.#watch?.stop();
    this.#watch = undefined;
    await Promise.all([...this.#lists].map(list => list.stop()));
  }
}

function present(due: { [T in keyof Due]-?: number | null }): Due {
  return Object.fromEntries(Object.entries(due).filter(([, at]) => at !== null));
}
