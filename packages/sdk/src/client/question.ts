import type { Route } from '@koinon/api';
import type { z } from 'zod';

/** Nothing to say where every part of the question may be left out. */
type Part<Name extends string, S> = S extends z.ZodType
  ? Record<never, never> extends z.input<S>
    ? { [K in Name]?: z.input<S> }
    : { [K in Name]: z.input<S> }
  : unknown;

type Body<B> = B extends { kind: 'json'; schema: infer S }
  ? Part<'body', S>
  : B extends { kind: 'bytes' }
    ? { body: Uint8Array }
    : unknown;

/** What a route is asked with: its `params`, `query` and `body`, as far as it has them. */
export type QuestionOf<R extends Route> = Part<'params', R['params']> &
  Part<'query', R['query']> &
  Body<R['body']>;

/** What it answers, parsed: a value where it answers JSON, else the bytes. */
export type AnswerOf<R extends Route> = R['answer'] extends {
  kind: 'json';
  schema: infer S extends z.ZodType;
}
  ? z.output<S>
  : R['answer'] extends { kind: 'bytes' }
    ? Uint8Array
    : never;

/** One of the events of a route, parsed by the schema of its kind. */
export type EventOf<R extends Route> = R['answer'] extends { kind: 'events'; events: infer E }
  ? { [K in keyof E & string]: { event: K; data: E[K] extends z.ZodType ? z.output<E[K]> : never } }[keyof E &
      string]
  : never;

/** A route that is called once. */
export type CalledRoute = Route & { answer: { kind: 'json' | 'bytes' } };
/** A route whose answer is a stream of events. */
export type WatchedRoute = Route & { answer: { kind: 'events' } };

/** The question may be left out where all of it may. */
export type Asking<R extends Route, O> =
  Record<never, never> extends QuestionOf<R>
    ? [question?: QuestionOf<R>, options?: O]
    : [question: QuestionOf<R>, options?: O];

interface Question {
  params?: Readonly<Record<string, unknown>>;
  query?: Readonly<Record<string, unknown>>;
}

/**
 * Path and query of a question, for example `/api/studies/7?limit=2`. A list is a parameter for each member, so that
 * members may have commas; what is undefined is left out.
 */
export function pathOf({ path }: Pick<Route, 'path'>, { params = {}, query = {} }: Question): string {
  const filled = path.replace(/:([a-z]\w*)(\{[^}]*\})?/gi, (_, name: string, pattern?: string) => {
    const text = encodeURIComponent(String(params[name]));
    // A parameter with a pattern of its own may have several segments.
    return pattern === undefined ? text : text.replaceAll('%2F', '/');
  });
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const member of Array.isArray(value) ? value : [value])
      if (member !== undefined) search.append(name, String(member));
  }
  return search.size === 0 ? filled : `${filled}?${search}`;
}
