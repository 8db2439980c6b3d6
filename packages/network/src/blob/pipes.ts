import type { Hex } from '@koinon/protocol';
import type { Pipe } from '../pipe.ts';

/** Fetches from one peer that run at the same time; further ones wait. */
const CONCURRENT = 4;

interface Lane {
  idle: Pipe[];
  busy: number;
  waiting: (() => void)[];
}

/** Blob streams, one per running fetch and kept for the next. */
export class BlobPipes {
  readonly #open: (to: Hex) => Promise<Pipe>;
  readonly #lanes = new Map<Hex, Lane>();

  constructor(open: (to: Hex) => Promise<Pipe>) {
    this.#open = open;
  }

  /** A stream of the caller's own. `reused`: it stood idle, so it may turn out dead. */
  async take(to: Hex): Promise<{ pipe: Pipe; reused: boolean }> {
    const lane = this.#laneOf(to);
    if (lane.busy >= CONCURRENT) await new Promise<void>(resolve => lane.waiting.push(resolve));
    else lane.busy++;
    try {
      for (let pipe = lane.idle.pop(); pipe; pipe = lane.idle.pop()) {
        if (!pipe.closed) return { pipe, reused: true };
      }
      return { pipe: await this.#open(to), reused: false };
    } catch (error) {
      this.#leave(lane);
      throw error;
    }
  }

  /** Gives a stream back between two blobs; pass none when it was aborted. */
  give(to: Hex, pipe?: Pipe): void {
    const lane = this.#laneOf(to);
    if (pipe && !pipe.closed) lane.idle.push(pipe);
    this.#leave(lane);
  }

  closeAll(): void {
    for (const lane of this.#lanes.values()) {
      for (const pipe of lane.idle) pipe.abort('closed by this node');
      lane.idle.length = 0;
    }
  }

  #laneOf(to: Hex): Lane {
    const lane = this.#lanes.get(to) ?? { idle: [], busy: 0, waiting: [] };
    this.#lanes.set(to, lane);
    return lane;
  }

  /** The place passes to the next in line. */
  #leave(lane: Lane): void {
    const next = lane.waiting.shift();
    if (next) next();
    else lane.busy--;
  }
}
