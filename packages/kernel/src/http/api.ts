import { type BodyKind, JSON_MAX_BYTES, type Route } from '@koinon/api';
import { toHex, toWire } from '@koinon/protocol';
import type { Context, Hono } from 'hono';
import type { z } from 'zod';
import type { Clock } from '../ports/clock.ts';
import { Slots } from './admission.ts';
import { type EventStream, streamEvents } from './events.ts';
import { requireToken } from './loopbackGuard.ts';
import { parse } from './parse.ts';
import { readBytes, readJson } from './readBody.ts';

type Parsed<S> = S extends z.ZodType ? z.output<S> : undefined;
type BodyOf<B> = B extends { kind: 'json'; schema: infer S extends z.ZodType }
  ? z.output<S>
  : B extends { kind: 'bytes' }
    ? Uint8Array
    : undefined;
type EventsOf<A> = A extends { kind: 'events'; events: infer E extends Record<string, z.ZodType> }
  ? (run: (stream: EventStream<E>) => Promise<void>) => Response
  : undefined;

/** What was asked, parsed by the schemas that describe the route. */
export interface Question<R extends Route> {
  params: Parsed<R['params']>;
  query: Parsed<R['query']>;
  body: BodyOf<R['body']>;
  /** Of a route that answers with events: makes the answer, which ends with what is run. */
  events: EventsOf<R['answer']>;
  /** Aborted when whoever asked is gone. */
  signal: AbortSignal;
}

/** Reads a JSON body in a way of its own, at most so many bytes. */
export type ReadBody = (request: Request, maxBytes: number) => Promise<unknown>;

/** A route with what answers it. */
export interface RouteHandler {
  route: Route;
  /** What it returns goes out as JSON with amounts as decimal strings, or as it is if a `Response`. */
  handle(question: Question<never>): unknown;
  readBody: ReadBody;
}

export function handle<R extends Route>(
  route: R,
  answer: (question: Question<R>) => unknown,
  { readBody = readJson }: { readBody?: ReadBody } = {},
): RouteHandler {
  return { route, handle: answer as RouteHandler['handle'], readBody };
}

export interface ServeOptions {
  token: string;
  clock: Clock;
  /** Told of what failed when the answer had begun. */
  onFailure(path: string, error: unknown): void;
}

/** Serves the routes: questions are parsed by the schemas that describe them, and answers are told as JSON. */
export function serveRoutes(app: Hono, handlers: readonly RouteHandler[], options: ServeOptions): void {
  for (const handler of handlers) {
    const { route } = handler;
    const slots = new Slots(route.atOnce ?? Number.POSITIVE_INFINITY);
    app.on(route.method.toUpperCase(), [route.path], async context => {
      if (route.needsToken) requireToken(context.req.header('authorization'), options.token);
      const leave = slots.take();
      let isStreaming = false;
      const question = async () => ({
        params: route.params && parse(route.params, context.req.param()),
        query: route.query && parse(route.query, queryOf(context)),
        body: route.body && (await bodyOf(route.body, context.req.raw, handler.readBody)),
        events: (run: (stream: EventStream<Record<string, z.ZodType>>) => Promise<void>) => {
          isStreaming = true;
          return streamEvents(context, options, run, leave);
        },
        get signal() {
          return context.req.raw.signal;
        },
      });
      try {
        const answer = await handler.handle((await question()) as unknown as Question<never>);
        return answer instanceof Response ? answer : context.json(wireJson(answer) as object);
      } finally {
        if (!isStreaming) leave();
      }
    });
  }
}

/** Each parameter as its text, and as a list of texts where it stands more than once. */
function queryOf(context: Context): Record<string, string | string[]> {
  const entries = Object.entries(context.req.queries());
  return Object.fromEntries(entries.map(([name, texts]) => [name, texts.length === 1 ? texts[0]! : texts]));
}

async function bodyOf(body: BodyKind, request: Request, read: ReadBody): Promise<unknown> {
  if (body.kind === 'bytes') return readBytes(request, body.maxBytes);
  return parse(body.schema, await read(request, body.maxBytes ?? JSON_MAX_BYTES));
}

/** The value as JSON can say it: amounts as decimal strings, bytes in hex. */
function wireJson(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(toWire(value), (_, member) => (member instanceof Uint8Array ? toHex(member) : member)),
  );
}
