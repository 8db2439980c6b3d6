import type { Clock } from '@koinon/kernel';
import { KoinonError } from '@koinon/protocol';
import { heap } from './heap.ts';

/** One turn of the event loop: every promise that could go on has gone on when it resolves. */
export type Turn = () => Promise<void>;

export interface LoopOptions {
  /** Unix milliseconds at which the world begins. */
  startMs?: number;
  turn?: Turn;
  /** Whether something runs outside the thread that nobody registered (files); time stands until it does not. */
  isBusy?: () => boolean;
  /** Deeds at one instant after which a world turns in circles. */
  deedsPerInstantMax?: number;
}

/**
 * Virtual time of a whole world in one thread. Nobody waits: when everything that could run has run, the clock jumps to the next
 * thing that is due. Deeds of one instant run in the order in which they were asked for, each in a turn of its own, so that
 * what one causes is done before the next. The same deeds give the same run.
 */
export interface Loop {
  /** Unix milliseconds. */
  nowMs(): number;
  /** Does it at that time, a whole millisecond, or as soon after as can be; returns what takes it back. */
  at(atMs: number, deed: () => void): () => void;
  after(ms: number, deed: () => void): () => void;
  readonly clock: Clock;
  /**
   * Work outside the thread (a child process, a file): time stands while any is open, and what comes of it is told in the order
   * in which it was begun, so that the machine's own order never shows.
   */
  outside<T>(work: Promise<T>): Promise<T>;
  /**
   * Lets the world live until the body has settled, and no longer. The body awaits nothing but the world, or `outside`.
   * Throws `K_WORLD_STILL` when nothing is due any more and the body goes on waiting. `isShared`: the body talks to the world over
   * sockets of the machine; time passes meanwhile, `factor` times as fast (1,000), and no two runs are the same.
   */
  live<T>(body: () => Promise<T>, options?: { isShared?: boolean; factor?: number }): Promise<T>;
  /** Deeds done so far: the measure of what a world costs, the same on every machine. */
  readonly deeds: number;
}

interface Deed {
  atMs: number;
  order: number;
  run(): void;
  isOff: boolean;
}

const START_MS = 1_700_000_000_000;
const DEEDS_PER_INSTANT_MAX = 100_000;
const SHARED_FACTOR = 1_000;
const SHARED_PAUSE_MAX_MS = 20;

/** Of Node and of every browser's worker: a macrotask, after which no promise that could go on is left. */
const oneTurn: Turn = () => new Promise(resolve => setImmediate(resolve));

export function worldLoop(options: LoopOptions = {}): Loop {
  const { turn = oneTurn, isBusy, deedsPerInstantMax = DEEDS_PER_INSTANT_MAX } = options;
  const due = heap<Deed>((a, b) => a.atMs - b.atMs || a.order - b.order);
  let nowMs = options.startMs ?? START_MS;
  let order = 0;
  let deeds = 0;
  let atThisInstant = 0;
  /** Work outside, in the order in which it was begun; what has ended waits here for those before it. */
  const open: { end: (() => void) | undefined }[] = [];
  let wake: (() => void) | undefined;
  let alive = 0;

  function at(atMs: number, run: () => void): () => void {
    const deed: Deed = { atMs: Math.max(nowMs, Math.ceil(atMs)), order: order++, run, isOff: false };
    due.push(deed);
    return () => {
      deed.isOff = true;
    };
  }

  /** Tells of work that has ended, oldest first; whether there was any. */
  function tell(): boolean {
    const first = open[0];
    if (first?.end === undefined) return false;
    open.shift();
    first.end();
    return true;
  }

  async function rest(): Promise<void> {
    if (open.length > 0) {
      await new Promise<void>(resolve => {
        wake = resolve;
        if (open[0]?.end !== undefined) resolve();
      });
      wake = undefined;
    }
  }

  function doNext(): boolean {
    let deed = due.pop();
    while (deed?.isOff) deed = due.pop();
    if (deed === undefined) return false;
    atThisInstant = deed.atMs > nowMs ? 0 : atThisInstant + 1;
    if (atThisInstant > deedsPerInstantMax) throw circling(nowMs);
    nowMs = deed.atMs;
    deeds++;
    deed.run();
    return true;
  }

  /** As fast as a shared world goes. */
  async function doPaced(factor: number): Promise<void> {
    const before = nowMs;
    doNext();
    const pauseMs = Math.min((nowMs - before) / factor, factor === 1 ? Infinity : SHARED_PAUSE_MAX_MS);
    if (pauseMs > 0) await new Promise(resolve => setTimeout(resolve, pauseMs));
  }

  return {
    nowMs: () => nowMs,
    at,
    after: (ms, deed) => at(nowMs + ms, deed),
    get deeds() {
      return deeds;
    },
    clock: {
      nowMs: () => nowMs,
      wait: (ms, signal) =>
        new Promise(resolve => {
          if (signal?.aborted) return resolve();
          const done = () => {
            off();
            signal?.removeEventListener('abort', done);
            resolve();
          };
          const off = at(nowMs + ms, done);
          signal?.addEventListener('abort', done);
        }),
    },
    outside: work =>
      new Promise((resolve, reject) => {
        const place: { end: (() => void) | undefined } = { end: undefined };
        open.push(place);
        const ended = (end: () => void) => {
          place.end = end;
          if (alive > 0) wake?.();
          // Before and after its life a world has no order to keep.
          else while (tell());
        };
        work.then(
          value => ended(() => resolve(value)),
          error => ended(() => reject(error)),
        );
      }),
    async live(body, { isShared = false, factor = SHARED_FACTOR } = {}) {
      if (alive > 0) return body();
      alive++;
      let isOver = false;
      const outcome = body().finally(() => {
        isOver = true;
      });
      outcome.catch(() => undefined);
      try {
        for (;;) {
          await turn();
          while (isBusy?.()) await turn();
          if (isOver) return await outcome;
          if (tell()) continue;
          if (open.length > 0 && !isShared) await rest();
          else if (isShared) await doPaced(factor);
          else if (!doNext()) throw still(nowMs);
        }
      } finally {
        alive--;
      }
    },
  };
}

function still(nowMs: number): KoinonError {
  return new KoinonError({
    code: 'K_WORLD_STILL',
    message: `At ${new Date(nowMs).toISOString()} nothing is due any more, and the story goes on waiting.`,
    fault: 'bug',
    next: 'It waits for something outside the world, or for what no node does.',
  });
}

function circling(nowMs: number): KoinonError {
  return new KoinonError({
    code: 'K_WORLD_CIRCLES',
    message: `At ${new Date(nowMs).toISOString()} the world does one thing after the other and time does not pass.`,
    fault: 'bug',
    next: 'Something tries again without a pause.',
  });
}
