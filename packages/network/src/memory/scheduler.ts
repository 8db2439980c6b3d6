import { after, type Clock } from '@koinon/protocol';

interface Event {
  atMs: number;
  order: number;
  run(): void;
}

/**
 * Deliveries in order of their virtual time. Without a clock time jumps from one to the next, each in a turn
 * of its own so that what a delivery causes is done first; with a clock it waits for that clock.
 */
export class Scheduler {
  readonly #clock: Clock | undefined;
  readonly #events: Event[] = [];
  #nowMs = 0;
  #order = 0;
  #inFlight = 0;
  #pumping = false;
  #idle: (() => void)[] = [];

  constructor(clock?: Clock) {
    this.#clock = clock;
  }

  now(): number {
    return this.#clock ? this.#clock.nowMs() : this.#nowMs;
  }

  /** Runs at the given virtual time or as soon after as can be. */
  at(atMs: number, run: () => void): void {
    this.#inFlight++;
    const done = () => {
      run();
      if (--this.#inFlight === 0) for (const resolve of this.#idle.splice(0)) resolve();
    };
    if (this.#clock) {
      after(this.#clock, Math.max(0, atMs - this.#clock.nowMs()), done);
      return;
    }
    this.#insert({ atMs: Math.max(atMs, this.#nowMs), order: this.#order++, run: done });
    if (!this.#pumping) {
      this.#pumping = true;
      setImmediate(() => this.#pump());
    }
  }

  /** Resolves when nothing is on its way. */
  idle(): Promise<void> {
    if (this.#inFlight === 0) return Promise.resolve();
    return new Promise(resolve => this.#idle.push(resolve));
  }

  #insert(event: Event): void {
    let index = this.#events.length;
    while (index > 0 && isBefore(event, this.#events[index - 1]!)) index--;
    this.#events.splice(index, 0, event);
  }

  #pump(): void {
    const event = this.#events.shift();
    if (!event) {
      this.#pumping = false;
      return;
    }
    this.#nowMs = event.atMs;
    setImmediate(() => this.#pump());
    event.run();
  }
}

function isBefore(a: Event, b: Event): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}
