import type { Waiting } from '@koinon/protocol';
import { KoinonError } from '@koinon/protocol/errors';
import { readEvents, type StreamEvent } from './readEvents.ts';

export interface FollowOptions<E> {
  /** After this event there are no more. */
  isLast(event: E): boolean;
  /** Stops the following, and throws the signal's reason. */
  signal?: AbortSignal | undefined;
  /** Tries in a row without an event before it is given up; 8 unless told, about a minute and a half. */
  tries?: number;
  /** Told when the stream breaks off and when it goes on. */
  onConnection?(isConnected: boolean): void;
}

export interface EventSourceOf<E> {
  /** Opens the stream after the event with this id. */
  open(lastId: string | undefined, signal: AbortSignal): Promise<Response>;
  /** Undefined for an event of a kind nobody here knows. */
  parse(event: StreamEvent): E | undefined;
  clock: Waiting;
}

/** The server gives a sign of life every 15 s; after three of them missed nobody is there any more. */
const SILENCE_MS = 50_000;
const TRIES = 8;
/** Pause before a try, milliseconds: doubled after each, up to the last. */
const PAUSE_MS = { first: 500, last: 30_000 };

/**
 * The events of a stream, which is taken up again where it was whenever it breaks off or falls silent. Throws what opening it
 * throws: at once where nothing was heard yet or the server refuses, else after `tries` in a row; `K_STREAM_BROKEN` where
 * the server keeps ending it.
 */
export async function* followEvents<E>(
  { open, parse, clock }: EventSourceOf<E>,
  { isLast, signal, tries = TRIES, onConnection }: FollowOptions<E>,
): AsyncGenerator<E, void, undefined> {
  let lastId: string | undefined;
  let isKnown = false;
  let failed = 0;
  for (;;) {
    const connection = new AbortController();
    const leave = () => connection.abort(signal?.reason);
    signal?.addEventListener('abort', leave);
    let failure: unknown;
    try {
      signal?.throwIfAborted();
      const response = await open(lastId, connection.signal);
      if (isKnown) onConnection?.(true);
      isKnown = true;
      for await (const told of whileAlive(readEvents(bodyOf(response)), clock, connection)) {
        lastId = told.id ?? lastId;
        const event = parse(told);
        if (event === undefined) continue;
        failed = 0;
        yield event;
        if (isLast(event)) return;
      }
    } catch (error) {
      signal?.throwIfAborted();
      if (!isKnown || isFinal(error)) throw error;
      failure = error;
    } finally {
      signal?.removeEventListener('abort', leave);
      connection.abort();
    }
    failed++;
    if (failed >= tries) throw failure instanceof KoinonError ? failure : broken(failure);
    onConnection?.(false);
    await clock.wait(Math.min(PAUSE_MS.first * 2 ** (failed - 1), PAUSE_MS.last), signal);
  }
}

/** The events as long as signs of life come; ends, and closes the connection, when they do not. */
async function* whileAlive(
  events: AsyncGenerator<StreamEvent | undefined>,
  clock: Waiting,
  connection: AbortController,
): AsyncGenerator<StreamEvent, void, undefined> {
  try {
    for (;;) {
      const heard = new AbortController();
      const silence = clock.wait(SILENCE_MS, heard.signal).then(() => undefined);
      const next = events.next();
      // The loser of the race rejects later, with nobody there to hear.
      next.catch(() => undefined);
      const first = await Promise.race([next, silence]).finally(() => heard.abort());
      if (first === undefined || first.done) return;
      if (first.value) yield first.value;
    }
  } finally {
    connection.abort();
    // Not waited for: a stream that fell silent may never hear of it.
    void events.return(undefined).catch(() => undefined);
  }
}

function bodyOf({ body }: Response): ReadableStream<Uint8Array> {
  return body ?? new ReadableStream({ start: controller => controller.close() });
}

/** Whether asking again would only hear the same. */
function isFinal(error: unknown): boolean {
  return (
    error instanceof KoinonError &&
    (error.fault === 'user' || error.code === 'K_NODE_ANSWER') &&
    error.code !== 'K_NODE_UNREACHABLE'
  );
}

function broken(cause: unknown): KoinonError {
  return new KoinonError({
    code: 'K_STREAM_BROKEN',
    message: 'The node keeps ending the stream of events.',
    fault: 'platform',
    next: 'Look again in a while; what was watched goes on without you.',
    ...(cause === undefined ? {} : { cause }),
  });
}
