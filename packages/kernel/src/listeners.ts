/** Those who asked to be told of something, until each takes itself off. */
export class Listeners<A extends unknown[]> {
  readonly #all = new Set<{ listener(...told: A): void }>();

  /** How many are to be told. */
  get count(): number {
    return this.#all.size;
  }

  /** Tells the listener from now on; returns what stops it. */
  add(listener: (...told: A) => void): () => void {
    const entry = { listener };
    this.#all.add(entry);
    return () => void this.#all.delete(entry);
  }

  /** Those who came or left meanwhile make no difference to this telling. */
  tell(...told: A): void {
    for (const { listener } of [...this.#all]) listener(...told);
  }
}
