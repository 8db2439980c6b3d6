/**
 * Work that must not overlap: under one key, one after the other, in the order it came. A decision that looks, waits
 * for the chain and then writes goes through here; two at once would both see what only one of them may take.
 */
export class Turns {
  readonly #tails = new Map<string, Promise<unknown>>();

  take<T>(key: string, work: () => Promise<T>): Promise<T> {
    const turn = (this.#tails.get(key) ?? Promise.resolve()).then(work);
    const tail = turn.then(
      () => undefined,
      () => undefined,
    );
    this.#tails.set(key, tail);
    void tail.then(() => {
      if (this.#tails.get(key) === tail) this.#tails.delete(key);
    });
    return turn;
  }

  /** Resolves when all work taken so far has ended. */
  async ended(): Promise<void> {
    await Promise.all(this.#tails.values());
  }
}
