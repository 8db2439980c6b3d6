import { type Cid, schema } from '@koinon/protocol';
import { column, type Database } from '@koinon/store';
import { z } from 'zod';

/** A model this node knows and serves. */
export interface CatalogueModel {
  name: string;
  /** Counts from 1 for each name. */
  version: number;
  model: Cid;
  passport: Cid;
  registeredAtMs: number;
}

const rowSchema = z.object({
  name: column.text,
  version: column.integer,
  model: schema.cid,
  passport: schema.cid,
  registeredAtMs: column.integer,
});

/** The models of a node by name and version. */
export class Catalogue {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
    database.migrate('models', [
      `CREATE TABLE models (
        name TEXT NOT NULL, version INTEGER NOT NULL, model TEXT NOT NULL, passport TEXT NOT NULL UNIQUE,
        registeredAtMs INTEGER NOT NULL, PRIMARY KEY (name, version)
      ) STRICT;`,
    ]);
  }

  /** Adds a version; the same passport again answers the version it has. */
  add(entry: Omit<CatalogueModel, 'version'>): CatalogueModel {
    return this.#database.transaction(() => {
      const known = this.#database.get('SELECT * FROM models WHERE passport = ?', rowSchema, entry.passport);
      if (known) return known;
      const version = (this.latest(entry.name)?.version ?? 0) + 1;
      this.#database.run(
        'INSERT INTO models (name, version, model, passport, registeredAtMs) VALUES (?, ?, ?, ?, ?)',
        entry.name,
        version,
        entry.model,
        entry.passport,
        entry.registeredAtMs,
      );
      return { ...entry, version };
    });
  }

  latest(name: string): CatalogueModel | undefined {
    return this.#database.get(
      'SELECT * FROM models WHERE name = ? ORDER BY version DESC LIMIT 1',
      rowSchema,
      name,
    );
  }

  get(name: string, version: number): CatalogueModel | undefined {
    return this.#database.get(
      'SELECT * FROM models WHERE name = ? AND version = ?',
      rowSchema,
      name,
      version,
    );
  }

  versions(name: string): CatalogueModel[] {
    return this.#database.all('SELECT * FROM models WHERE name = ? ORDER BY version', rowSchema, name);
  }

  list(): CatalogueModel[] {
    return this.#database.all('SELECT * FROM models ORDER BY name, version', rowSchema);
  }
}
