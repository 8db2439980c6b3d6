import type { Hex } from '@koinon/protocol';

export interface Pooled {
  readonly closed: boolean;
  close(): void;
}

/** One long-lived stream per peer: opening one costs a round trip, so they are kept. */
export class Pool<T extends Pooled> {
  readonly #open: (to: Hex) => Promise<T>;
  readonly #members = new Map<Hex, Promise<T>>();

  constructor(open: (to: Hex) => Promise<T>) {
    this.#open = open;
  }

  /** The live stream to a peer; callers that come while it is being opened share it. */
  async get(to: Hex): Promise<T> {
    const existing = this.#members.get(to);
    if (existing) {
      const member = await existing;
      if (!member.closed) return member;
      if (this.#members.get(to) === existing) this.#members.delete(to);
      return this.get(to);
    }
    const opening = this.#open(to);
    this.#members.set(to, opening);
    opening.catch(() => {
      if (this.#members.get(to) === opening) this.#members.delete(to);
    });
    return opening;
  }

  closeAll(): void {
    for (const opening of this.#members.values()) opening.then(member => member.close()).catch(() => {});
    this.#members.clear();
  }
}
