import { createPredictor, type Predictor } from '@koinon/executors';
import { KoinonError } from '@koinon/protocol';
import type { Store } from '@koinon/store';
import type { CatalogueModel } from './catalogue.ts';

/** Models kept loaded at once: each is a process of some 150 MB. */
const LOADED_MAX = 4;

/** Loaded models by file, the least recently asked leaving first. */
export class Predictors {
  readonly #store: Store;
  readonly #loaded = new Map<string, Promise<Predictor>>();

  constructor(store: Store) {
    this.#store = store;
  }

  /** The model ready to predict. Throws `K_MODEL_REFUSED`, `K_MODEL_LOST`. */
  async of(entry: CatalogueModel): Promise<Predictor> {
    const known = this.#loaded.get(entry.model);
    if (known) {
      this.#loaded.delete(entry.model);
      this.#loaded.set(entry.model, known);
      return known;
    }
    const loading = this.#load(entry);
    this.#loaded.set(entry.model, loading);
    loading.catch(() => this.#loaded.delete(entry.model));
    for (const [model, oldest] of this.#loaded) {
      if (this.#loaded.size <= LOADED_MAX) break;
      this.#loaded.delete(model);
      void oldest.then(predictor => predictor.close()).catch(() => undefined);
    }
    return loading;
  }

  isLoaded(entry: CatalogueModel): boolean {
    return this.#loaded.has(entry.model);
  }

  async close(): Promise<void> {
    const all = [...this.#loaded.values()];
    this.#loaded.clear();
    await Promise.allSettled(all.map(async loading => (await loading).close()));
  }

  async #load(entry: CatalogueModel): Promise<Predictor> {
    const bytes = await this.#store.blobs.get(entry.model);
    if (!bytes) {
      throw new KoinonError({
        code: 'K_MODEL_LOST',
        message: `The file of model "${entry.name}" is no longer in this node's store.`,
        fault: 'platform',
      });
    }
    return createPredictor(bytes);
  }
}
