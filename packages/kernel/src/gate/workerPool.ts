import { Worker } from 'node:worker_threads';
import { type ErrorRecord, KoinonError } from '@koinon/protocol';
import type { Clock } from '../ports/clock.ts';

export type WorkerAnswer = { value: unknown } | { error: ErrorRecord };

export interface WorkerPoolOptions {
  /** What a thread runs: it answers each message with one `WorkerAnswer`. */
  script: URL;
  clock: Clock;
  /** Threads at most; each is started when there is work for it. */
  threads: number;
  /** Tasks that may wait for a thread. */
  waitingMax: number;
  /** A thread that takes longer over a task is ended, milliseconds. */
  deadlineMs: number;
  /** Heap of one thread, MiB; files are not on it. */
  heapMaxMb: number;
}

interface Waiting {
  task: unknown;
  resolve(value: unknown): void;
  reject(error: KoinonError): void;
}

/**
 * Tasks in a few threads, one at a time in each. A thread that dies, runs out of memory or takes too long fails its task with
 * `K_WORKER_FAILED` and is replaced: a fault of this machine, which says nothing about what the task was to answer.
 */
export class WorkerPool {
  readonly #options: WorkerPoolOptions;
  readonly #waiting: Waiting[] = [];
  readonly #idle: Worker[] = [];
  /** What fails the task of each busy thread. */
  readonly #busy = new Map<Worker, (error: KoinonError) => void>();
  #isClosed = false;

  constructor(options: WorkerPoolOptions) {
    this.#options = options;
  }

  /** The thread's answer. Throws what the thread threw, `K_WORKER_FAILED`, and `K_BUSY` where too many tasks wait. */
  run(task: unknown): Promise<unknown> {
    if (this.#isClosed) return Promise.reject(failed('the node stops'));
    if (this.#waiting.length >= this.#options.waitingMax) return Promise.reject(busy());
    return new Promise((resolve, reject) => {
      this.#waiting.push({ task, resolve, reject });
      this.#pump();
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const { reject } of this.#waiting.splice(0)) reject(failed('the node stops'));
    const threads = [...this.#idle.splice(0), ...this.#busy.keys()];
    for (const fail of [...this.#busy.values()]) fail(failed('the node stops'));
    await Promise.all(threads.map(thread => thread.terminate()));
  }

  #pump(): void {
    while (this.#waiting.length > 0) {
      const thread =
        this.#idle.pop() ?? (this.#busy.size < this.#options.threads ? this.#start() : undefined);
      if (!thread) return;
      this.#give(thread, this.#waiting.shift()!);
    }
  }

  #start(): Worker {
    const { script, heapMaxMb } = this.#options;
    const thread = new Worker(script, { env: {}, resourceLimits: { maxOldGenerationSizeMb: heapMaxMb } });
    // An error that fails no task must not end the node.
    thread.on('error', () => {});
    thread.on('exit', () => {
      const place = this.#idle.indexOf(thread);
      if (place >= 0) this.#idle.splice(place, 1);
    });
    return thread;
  }

  #give(thread: Worker, { task, resolve, reject }: Waiting): void {
    const done = new AbortController();
    const settle = (isUsable: boolean, tell: () => void): void => {
      if (done.signal.aborted) return;
      done.abort();
      thread.off('message', onMessage).off('error', onError).off('exit', onExit);
      this.#busy.delete(thread);
      if (isUsable && !this.#isClosed) {
        // A process that has nothing else to do may end.
        thread.unref();
        this.#idle.push(thread);
      } else {
        void thread.terminate();
      }
      tell();
      if (!this.#isClosed) this.#pump();
    };
    const fail = (error: KoinonError): void => settle(false, () => reject(error));
    const onMessage = (answer: WorkerAnswer): void => {
      if ('value' in answer) settle(true, () => resolve(answer.value));
      else settle(true, () => reject(thrown(answer.error)));
    };
    const onError = (cause: unknown): void =>
      fail(failed(cause instanceof Error ? cause.message : String(cause), cause));
    const onExit = (): void => fail(failed('its thread ended'));
    this.#busy.set(thread, fail);
    thread.ref();
    thread.on('message', onMessage).on('error', onError).on('exit', onExit);
    void this.#options.clock
      .wait(this.#options.deadlineMs, done.signal)
      .then(() => fail(failed(`it took longer than ${this.#options.deadlineMs} ms`)));
    thread.postMessage(task);
  }
}

function thrown({ code, next, ...rest }: ErrorRecord): KoinonError {
  return new KoinonError({ ...rest, code: code as `K_${string}`, ...(next === undefined ? {} : { next }) });
}

function failed(reason: string, cause?: unknown): KoinonError {
  return new KoinonError({
    code: 'K_WORKER_FAILED',
    message: `Reading what others wrote failed here: ${reason}.`,
    fault: 'platform',
    next: 'Try again; give the machine more memory if it happens again.',
    cause,
  });
}

function busy(): KoinonError {
  return new KoinonError({
    code: 'K_BUSY',
    message: 'Too much of what others wrote waits to be read.',
    fault: 'platform',
    next: 'Ask again in a moment.',
  });
}
