import type { Clock } from '../ports/clock.ts';
import type { Again, BlockTime, Due, Entry } from './agenda.ts';

export interface MattersOptions<K extends string> {
  /** Worked on at a time, at most; never two of one key. */
  slots: number;
  /** Takes one matter as far as it goes now. What it throws is a failure: the matter is tried again later. */
  work(key: K, signal: AbortSignal): Promise<Again>;
  /** Told of every failure; `isLast` where it is not tried again by itself. */
  failed(key: K, error: unknown, isLast: boolean): void;
  retry?: Retry;
}

/** Pauses after failures, milliseconds: the first, then twice as long each time, up to the longest. */
export interface Retry {
  firstPauseMs: number;
  longestPauseMs: number;
  /** Attempts before a matter is given up until somebody asks for it again; without end unless told. */
  attempts?: number;
}

/** Where the entries of a list are kept. */
interface Book<K extends string> {
  /** In the order in which they were first put. */
  load(): Entry<K>[];
  put(entry: Entry<K>): void;
  remove(key: K): void;
}

const RETRY: Retry = { firstPauseMs: 1_000, longestPauseMs: 60_000 };
const NOW: Due = {};
/** Longest that one timer waits, milliseconds: timers cannot count much further. */
const ALARM_MAX_MS = 86_400_000;
/** A block no further off than this may come any moment. */
const NEAR_BLOCKS = 32;

/**
 * One service's matters on the agenda. One that is asked for while it runs, runs once more afterwards; one that waits for
 * its time and is asked for, is looked at now.
 */
export class Matters<K extends string = string> {
  readonly #book: Book<K>;
  readonly #clock: Clock;
  readonly #ended: () => void;
  readonly #changed: () => void;
  readonly #options: MattersOptions<K>;
  readonly #entries = new Map<K, Entry<K>>();
  readonly #ready = new Set<K>();
  readonly #running = new Map<K, Promise<void>>();
  readonly #stopping = new AbortController();
  #isUp = false;
  #alarm: { atMs: number; off: AbortController } | undefined;

  constructor(
    { book, clock, ended, changed }: { book: Book<K>; clock: Clock; ended(): void; changed(): void },
    options: MattersOptions<K>,
  ) {
    this.#book = book;
    this.#clock = clock;
    this.#ended = ended;
    this.#changed = changed;
    this.#options = options;
    for (const entry of book.load()) this.#wait(entry);
  }

  /**
   * Has the matter looked at as soon as there is room, and keeps it on disk until it is done. Where the disk refuses it,
   * `failed` is told and it is looked at all the same: what asks is often an event that does not come again.
   */
  add(key: K): void {
    if (this.#stopping.signal.aborted) return;
    const known = this.#entries.get(key);
    const entry: Entry<K> = { key, due: NOW, failures: known?.failures ?? 0 };
    this.#wait(entry);
    if (!known || !isNow(known.due)) {
      try {
        this.#book.put(entry);
      } catch (error) {
        this.#options.failed(key, error, false);
      }
    }
    this.#pump();
  }

  /** True while the matter is on the list: it runs, waits for room, or waits for its time. */
  has(key: K): boolean {
    return this.#entries.has(key) || this.#running.has(key);
  }

  /** The run that is under way. */
  running(key: K): Promise<void> | undefined {
    return this.#running.get(key);
  }

  /** Matters that run or wait for room; those that wait for their time do not count. */
  get busy(): number {
    return new Set([...this.#ready, ...this.#running.keys()]).size;
  }

  /** Resolves when nothing runs and nothing waits for room. */
  async idle(): Promise<void> {
    while (this.#isUp && this.busy > 0 && this.#running.size > 0) await Promise.all(this.#running.values());
  }

  takeUp(): void {
    this.#isUp = true;
    this.#pump();
    this.#setAlarm();
  }

  blockCame({ number, timestampSeconds }: BlockTime): void {
    for (const { key, due } of this.#entries.values()) {
      if ((due.atSeconds ?? Infinity) <= timestampSeconds || (due.atBlock ?? Infinity) <= number)
        this.#ready.add(key);
    }
    this.#pump();
  }

  /** Whether a matter waits for a block that may come any moment, by the node's clock or where `newest` is the newest. */
  isBlockNear(newest: number | undefined): boolean {
    const nowMs = this.#clock.nowMs();
    for (const { key, due } of this.#entries.values()) {
      if (this.#ready.has(key) || this.#running.has(key)) continue;
      if ((due.atSeconds ?? Infinity) * 1_000 <= nowMs) return true;
      if (due.atBlock !== undefined && due.atBlock <= (newest ?? Infinity) + NEAR_BLOCKS) return true;
    }
    return false;
  }

  /** Starts nothing more, asks what runs to end, and waits for it. The entries stay on disk. */
  async stop(): Promise<void> {
    this.#isUp = false;
    this.#stopping.abort();
    this.#alarm?.off.abort();
    await Promise.all(this.#running.values());
    this.#ended();
  }

  #pump(): void {
    if (!this.#isUp) return;
    for (const key of this.#ready) {
      if (this.#running.size >= this.#options.slots) return;
      if (this.#running.has(key)) continue;
      this.#ready.delete(key);
      const entry = this.#entries.get(key);
      // Its time has come; a further block is no reason to look once more.
      if (entry) this.#entries.set(key, { ...entry, due: NOW });
      const run = this.#run(key)
        // Only when the disk refused what came of it: there it stands as before, and the next start goes on with it.
        .catch(() => undefined)
        .finally(() => {
          this.#running.delete(key);
          this.#pump();
          this.#setAlarm();
        });
      this.#running.set(key, run);
    }
  }

  async #run(key: K): Promise<void> {
    const { signal } = this.#stopping;
    const { work, failed, retry = RETRY } = this.#options;
    const failures = this.#entries.get(key)?.failures ?? 0;
    try {
      const again = await work(key, signal);
      // Asked for again meanwhile: then it stands on the list as it is.
      if (signal.aborted || this.#ready.has(key)) return;
      if (again) this.#keep({ key, due: again, failures: 0 });
      else this.#forget(key);
    } catch (error) {
      if (signal.aborted) return;
      const isLast = failures + 1 >= (retry.attempts ?? Infinity);
      failed(key, error, isLast);
      if (isLast) return this.#ready.has(key) ? undefined : this.#forget(key);
      const pauseMs = Math.min(retry.firstPauseMs * 2 ** failures, retry.longestPauseMs);
      this.#keep({ key, due: { atMs: this.#clock.nowMs() + pauseMs }, failures: failures + 1 });
    }
  }

  #keep(entry: Entry<K>): void {
    this.#book.put(entry);
    this.#wait(entry);
  }

  #wait(entry: Entry<K>): void {
    this.#entries.set(entry.key, entry);
    if (isNow(entry.due)) this.#ready.add(entry.key);
  }

  #forget(key: K): void {
    this.#entries.delete(key);
    this.#book.remove(key);
  }

  /** One timer for the earliest time that a matter waits for; the chain's own time is about the clock's. */
  #setAlarm(): void {
    if (!this.#isUp) return;
    this.#changed();
    const nowMs = this.#clock.nowMs();
    let atMs = Infinity;
    for (const { key, due } of this.#entries.values()) {
      if (this.#ready.has(key) || this.#running.has(key)) continue;
      const atSecondsMs = (due.atSeconds ?? Infinity) * 1_000;
      atMs = Math.min(atMs, due.atMs ?? Infinity, atSecondsMs > nowMs ? atSecondsMs : Infinity);
    }
    if (this.#alarm && this.#alarm.atMs <= atMs) return;
    this.#alarm?.off.abort();
    this.#alarm = undefined;
    if (atMs === Infinity) return;
    const off = new AbortController();
    this.#alarm = { atMs, off };
    void this.#clock.wait(Math.min(Math.max(0, atMs - nowMs), ALARM_MAX_MS), off.signal).then(() => {
      if (off.signal.aborted) return;
      this.#alarm = undefined;
      this.#ring();
    });
  }

  #ring(): void {
    const nowMs = this.#clock.nowMs();
    for (const { key, due } of this.#entries.values())
      if ((due.atMs ?? Infinity) <= nowMs) this.#ready.add(key);
    this.#pump();
    this.#setAlarm();
  }
}

function isNow({ atMs, atSeconds, atBlock }: Due): boolean {
  return atMs === undefined && atSeconds === undefined && atBlock === undefined;
}
