import { toWire } from '@koinon/protocol';
import type { Context } from 'hono';
import { streamSSE } from 'hono/streaming';
import type { z } from 'zod';
import type { Clock } from '../ports/clock.ts';

/** How often a stream that has nothing to say shows that it lives, milliseconds: proxies cut what is silent for a minute. */
const HEARTBEAT_MS = 15_000;

/** Server-sent events of a route, each with an id from which a client can go on. */
export interface EventStream<E extends Readonly<Record<string, z.ZodType>>> {
  /** The id of the last event the client has seen, as it says; undefined where it begins. */
  lastId: string | undefined;
  /** Aborted when the client is gone. */
  signal: AbortSignal;
  /** Sends an event of this kind. `id` says all that was seen with it. */
  send(event: keyof E & string, value: unknown, id: string): void;
}

/** The answer whose events `run` sends; it ends when that is done. Calls `onEnd` then, whatever came of it. */
export function streamEvents(
  context: Context,
  { clock, onFailure }: { clock: Clock; onFailure(path: string, error: unknown): void },
  run: (stream: EventStream<Record<string, z.ZodType>>) => Promise<void>,
  onEnd: () => void,
): Response {
  const { path } = context.req;
  const lastId = context.req.header('last-event-id');
  return streamSSE(context, async stream => {
    const over = new AbortController();
    const { signal } = over;
    stream.onAbort(() => over.abort());
    void beat(clock, () => stream.write(': still here\n\n'), signal);
    let sent: Promise<unknown> = Promise.resolve();
    const send: EventStream<Record<string, z.ZodType>>['send'] = (event, value, id) => {
      const data = JSON.stringify(toWire(value));
      sent = sent.then(() => stream.writeSSE({ event, data, id }));
    };
    try {
      await run({ lastId, signal, send });
      await sent;
    } catch (error) {
      if (!signal.aborted) onFailure(path, error);
    } finally {
      over.abort();
      onEnd();
    }
  });
}

async function beat(clock: Clock, show: () => Promise<unknown>, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await clock.wait(HEARTBEAT_MS, signal);
    if (!signal.aborted) await show();
  }
}
