/**
 * Work by key, at most `slots` at a time and never twice at once for one key. What is asked for again while it runs, runs once
 * more afterwards; what waits already is not queued twice, so the queue is never longer than there are keys.
 */
export class KeyedPool<K> {
  readonly #slots: number;
  readonly #work: (key: K) => Promise<void>;
  readonly #waiting = new Set<K>();
  readonly #running = new Map<K, Promise<void>>();
  #isStopped = false;

  /** `work` must not throw. */
  constructor(slots: number, work: (key: K) => Promise<void>) {
    this.#slots = slots;
    this.#work = work;
  }

  add(key: K): void {
    if (this.#isStopped) return;
    this.#waiting.add(key);
    this.#pump();
  }

  has(key: K): boolean {
    return this.#waiting.has(key) || this.#running.has(key);
  }

  running(key: K): Promise<void> | undefined {
    return this.#running.get(key);
  }

  get size(): number {
    return this.#waiting.size + this.#running.size;
  }

  /** Starts nothing more and waits for what runs. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#waiting.clear();
    await Promise.all(this.#running.values());
  }

  #pump(): void {
    for (const key of this.#waiting) {
      if (this.#running.size >= this.#slots || this.#isStopped) return;
      if (this.#running.has(key)) continue;
      this.#waiting.delete(key);
      const task = this.#work(key).finally(() => {
        this.#running.delete(key);
        this.#pump();
      });
      this.#running.set(key, task);
    }
  }
}
