import type { Route } from '@koinon/api';
import { toWire, type Waiting } from '@koinon/protocol';
import { KoinonError } from '@koinon/protocol/errors';
import { systemClock } from '@koinon/protocol/systemClock';
import { patientFetch } from '#patientFetch';
import { type FollowOptions, followEvents } from '../events/followEvents.ts';
import { parseAnswer } from './parseAnswer.ts';
import {
  type AnswerOf,
  type Asking,
  type CalledRoute,
  type EventOf,
  pathOf,
  type QuestionOf,
  type WatchedRoute,
} from './question.ts';
import { readLimited } from './readLimited.ts';
import { notPromised, refusalOf } from './refusal.ts';

export interface ClientOptions {
  /** Where the node listens, for example `http://127.0.0.1:4020`. */
  url: string;
  /** Text of `api-token` in the node's folder: for what signs, spends or changes, and for whatever asks from afar. */
  token?: string | undefined;
  /** Instead of this platform's own, which in Node waits for a long answer as long as it takes. */
  fetch?: (url: URL, init: RequestInit) => Promise<Response>;
  clock?: Waiting;
  /** What to say and advise where nobody answers. */
  unreachable?: { message?: string; next: string };
}

export interface CallOptions {
  /** Calls it off; the promise then rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
  /** Most bytes of the answer, 256 MiB unless told. */
  maxBytes?: number;
}

/** Talks to one node by its routes. */
export interface Client {
  readonly url: string;
  /**
   * Asks and gives back the answer, parsed by the route's schema; the bytes of a route that answers bytes. Throws the
   * `KoinonError` that the node told, `K_NODE_UNREACHABLE`, `K_NODE_ANSWER` for what is not what the route promises,
   * `K_ANSWER_TOO_LARGE`.
   */
  call<const R extends CalledRoute>(route: R, ...asking: Asking<R, CallOptions>): Promise<AnswerOf<R>>;
  /**
   * The events of a route, parsed, until `isLast` says so. A stream that breaks off, or from which no sign of life comes, is
   * taken up again where it was. Throws as `call` does.
   */
  watch<const R extends WatchedRoute>(
    route: R,
    question: QuestionOf<R>,
    options: FollowOptions<EventOf<R>>,
  ): AsyncGenerator<EventOf<R>, void, undefined>;
}

const MAX_BYTES = 256 * 2 ** 20;

/** A client of the node at `url`. */
export function createClient(options: ClientOptions): Client {
  const { url, token, fetch = patientFetch, clock = systemClock } = options;

  const send = async (
    { method, body: kind }: Route,
    path: string,
    body: unknown,
    signal: AbortSignal | undefined,
    headers: Record<string, string> = {},
  ): Promise<Response> => {
    let response: Response;
    try {
      response = await fetch(new URL(path, url), {
        method: method.toUpperCase(),
        headers: {
          ...headers,
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...(kind === undefined
            ? {}
            : { 'content-type': kind.kind === 'json' ? 'application/json' : kind.mediaType }),
        },
        ...(kind === undefined
          ? {}
          : { body: kind.kind === 'json' ? JSON.stringify(toWire(body ?? {})) : (body as BodyInit) }),
        ...(signal ? { signal } : {}),
      });
    } catch (cause) {
      if (signal?.aborted) throw signal.reason;
      throw unreachable(options, cause);
    }
    if (response.ok) return response;
    const told: unknown = await response.json().catch(() => undefined);
    throw refusalOf(response.status, told, `${method.toUpperCase()} ${path} at ${url}`);
  };

  return {
    url,

    call: async (route, ...asking) => {
      const [question, { signal, maxBytes = MAX_BYTES } = {}] = asking as [object?, CallOptions?];
      const path = pathOf(route, question ?? {});
      const asked = `${route.method.toUpperCase()} ${path} at ${url}`;
      const response = await send(route, path, bodyOf(question), signal);
      const bytes = await readLimited(response, maxBytes).catch(error => {
        if (signal?.aborted) throw signal.reason;
        throw error instanceof KoinonError ? error : unreachable(options, error);
      });
      if (route.answer.kind !== 'json') return bytes as never;
      return parseAnswer(route.answer.schema, parseJson(bytes, asked), asked) as never;
    },

    watch: (route, question, following) => {
      const path = pathOf(route, question as object);
      const asked = `${route.method.toUpperCase()} ${path} at ${url}`;
      const schemas = route.answer.events;
      return followEvents(
        {
          open: (lastId, signal) =>
            send(route, path, bodyOf(question), signal, {
              accept: 'text/event-stream',
              ...(lastId === undefined ? {} : { 'last-event-id': lastId }),
            }),
          parse: ({ event, data }) => {
            const schema = schemas[event];
            // A kind of event that a newer node tells is nothing to this program.
            if (!schema) return undefined;
            return { event, data: parseAnswer(schema, parseJson(data, asked), asked) } as never;
          },
          clock,
        },
        following,
      );
    },
  };
}

function bodyOf(question: unknown): unknown {
  return (question as { body?: unknown } | undefined)?.body;
}

function parseJson(text: string | Uint8Array, asked: string): unknown {
  try {
    return JSON.parse(typeof text === 'string' ? text : new TextDecoder().decode(text));
  } catch (cause) {
    throw notPromised(asked, 'it is no JSON', cause);
  }
}

function unreachable({ url, unreachable: said }: ClientOptions, cause: unknown): KoinonError {
  return new KoinonError({
    code: 'K_NODE_UNREACHABLE',
    message: said?.message ?? `No node answers at ${url}.`,
    fault: 'user',
    next: said?.next ?? 'Start it with "npm start" or "koinon node start", or give the address of another.',
    cause,
  });
}
