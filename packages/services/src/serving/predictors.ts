import type { Prediction, Predictor, PredictorMetadata } from '@koinon/executors';
import { KoinonError } from '@koinon/protocol';
import type { Store } from '@koinon/store';
import type { CatalogueModel } from './catalogue.ts';

export interface PredictorLimits {
  /** Models kept loaded at once; each is a process of some 150 MB. */
  loaded: number;
  /** Questions that one model may have waiting. */
  waiting: number;
}

const defaultLimits: PredictorLimits = { loaded: 4, waiting: 32 };

interface Slot {
  loading: Promise<Predictor>;
  users: number;
}

/**
 * Loaded models by file. Where there is no more room the one least recently asked leaves, never one that is answering.
 * A model whose process has died is started again and asked once more.
 */
export class Predictors {
  readonly #blobs: Pick<Store['blobs'], 'get'>;
  readonly #limits: PredictorLimits;
  readonly #load: (model: Uint8Array) => Promise<Predictor>;
  readonly #slots = new Map<string, Slot>();

  constructor(
    blobs: Pick<Store['blobs'], 'get'>,
    limits: PredictorLimits = defaultLimits,
    load: (model: Uint8Array) => Promise<Predictor>,
  ) {
    this.#blobs = blobs;
    this.#limits = limits;
    this.#load = load;
  }

  /** Inputs and outputs, of a model that is then ready. Throws `K_MODEL_REFUSED`, `K_MODEL_LOST`, `K_BUSY`, `K_HOST_*`. */
  metadata(entry: CatalogueModel): Promise<PredictorMetadata> {
    return this.#use(entry, async predictor => predictor.metadata());
  }

  /** As `Predictor.predict`, and throws what `metadata` throws. */
  predict(
    entry: CatalogueModel,
    columns: ReadonlyMap<string, Float32Array | string[]>,
    rows: number,
  ): Promise<Prediction> {
    return this.#use(entry, async predictor => {
      try {
        return await predictor.predict(columns, rows);
      } catch (error) {
        // The process may have died long before this question, which the question alone brings to light.
        if (!(error instanceof KoinonError) || error.code !== 'K_HOST_KILLED') throw error;
        return predictor.predict(columns, rows);
      }
    });
  }

  /** How many models are loaded. */
  get size(): number {
    return this.#slots.size;
  }

  async close(): Promise<void> {
    const all = [...this.#slots.values()];
    this.#slots.clear();
    await Promise.allSettled(all.map(async slot => (await slot.loading).close()));
  }

  async #use<T>(entry: CatalogueModel, work: (predictor: Predictor) => Promise<T>): Promise<T> {
    const slot = this.#slots.get(entry.model) ?? this.#open(entry);
    if (slot.users >= this.#limits.waiting) throw busy(`model "${entry.name}" has many questions waiting`);
    this.#slots.delete(entry.model);
    this.#slots.set(entry.model, slot);
    slot.users += 1;
    try {
      return await work(await slot.loading);
    } finally {
      slot.users -= 1;
    }
  }

  #open(entry: CatalogueModel): Slot {
    this.#makeRoom();
    const slot: Slot = { loading: this.#read(entry).then(this.#load), users: 0 };
    this.#slots.set(entry.model, slot);
    slot.loading.catch(() => {
      if (this.#slots.get(entry.model) === slot) this.#slots.delete(entry.model);
    });
    return slot;
  }

  #makeRoom(): void {
    if (this.#slots.size < this.#limits.loaded) return;
    for (const [model, slot] of this.#slots) {
      if (slot.users > 0) continue;
      this.#slots.delete(model);
      void slot.loading.then(predictor => predictor.close()).catch(() => undefined);
      return;
    }
    throw busy(`all ${this.#limits.loaded} loaded models are answering`);
  }

  async #read(entry: CatalogueModel): Promise<Uint8Array> {
    const bytes = await this.#blobs.get(entry.model);
    if (bytes) return bytes;
    throw new KoinonError({
      code: 'K_MODEL_LOST',
      message: `The file of model "${entry.name}" is no longer in this node's store.`,
      fault: 'platform',
    });
  }
}

function busy(what: string): KoinonError {
  return new KoinonError({
    code: 'K_BUSY',
    message: `This node is busy: ${what}.`,
    fault: 'platform',
    next: 'Try again in a moment.',
  });
}
