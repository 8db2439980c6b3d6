import { toHex, toWire } from '@koinon/protocol';
import type { Context, Hono } from 'hono';
import { z } from 'zod';
import { admission } from './admission.ts';
import { requireToken } from './loopbackGuard.ts';
import { parse } from './parse.ts';
import { readBytes, readJson } from './readBody.ts';

export const tags = [
  'node',
  'data',
  'studies',
  'work',
  'models',
  'evidence',
  'integrity',
  'inference',
] as const;

/** What a route takes as its body. */
export type BodyKind =
  | { kind: 'json'; schema: z.ZodType; read?: (context: Context) => Promise<unknown> }
  | { kind: 'bytes'; mediaType: string; maxBytes: number };

/** What it answers with 200. `events` are server-sent; `schema` is then what each kind of event carries. */
export type AnswerKind =
  | { kind: 'json'; schema: z.ZodType }
  | { kind: 'bytes'; mediaTypes: readonly string[] }
  | { kind: 'events'; events: Readonly<Record<string, z.ZodType>> };

/** One operation as it is served and as the OpenAPI document tells it: both come from here, so neither can drift. */
export interface RouteDescription {
  method: 'get' | 'post';
  /** In Hono's form, `/api/studies/:id`. */
  path: string;
  summary: string;
  tag: (typeof tags)[number];
  params?: z.ZodObject;
  query?: z.ZodObject;
  body?: BodyKind;
  answer: AnswerKind;
  /** True where the token is needed on loopback too. Whatever changes something needs it. */
  needsToken: boolean;
  /** Most of these under way at once, for what costs memory or other nodes' time. */
  atOnce?: number;
}

type Parsed<S> = S extends z.ZodType ? z.output<S> : undefined;
type BodyOf<B> = B extends { kind: 'json'; schema: infer S extends z.ZodType }
  ? z.output<S>
  : B extends { kind: 'bytes' }
    ? Uint8Array
    : undefined;

export interface Question<R extends RouteDescription> {
  params: Parsed<R['params']>;
  query: Parsed<R['query']>;
  body: BodyOf<R['body']>;
  context: Context;
}

/** Most a JSON body may be unless the route reads it itself. */
const JSON_MAX_BYTES = 2 ** 20;

/** Routes whose questions are parsed by the schemas that describe them. */
export class Api {
  readonly #app: Hono;
  readonly #token: string;
  readonly routes: RouteDescription[] = [];

  constructor(app: Hono, token: string) {
    this.#app = app;
    this.#token = token;
  }

  /** Serves the route. What `handle` returns goes out as JSON with amounts as decimal strings, or as it is if a `Response`. */
  add<const R extends RouteDescription>(route: R, handle: (question: Question<R>) => unknown): void {
    this.routes.push(route);
    const limits = route.atOnce === undefined ? [] : [admission(route.atOnce)];
    this.#app.on(route.method.toUpperCase(), [route.path], ...limits, async context => {
      if (route.needsToken) requireToken(context.req.header('authorization'), this.#token);
      const question = {
        params: route.params && parse(route.params, context.req.param()),
        query: route.query && parse(route.query, queryOf(context)),
        body: route.body && (await bodyOf(route.body, context)),
        context,
      };
      const answer = await handle(question as Question<R>);
      return answer instanceof Response ? answer : context.json(wireJson(answer) as object);
    });
  }
}

/** Each parameter as its text, and as a list of texts where it stands more than once. */
function queryOf(context: Context): Record<string, string | string[]> {
  const entries = Object.entries(context.req.queries());
  return Object.fromEntries(entries.map(([name, texts]) => [name, texts.length === 1 ? texts[0]! : texts]));
}

async function bodyOf(body: BodyKind, context: Context): Promise<unknown> {
  if (body.kind === 'bytes') return readBytes(context, body.maxBytes);
  return parse(body.schema, await (body.read ? body.read(context) : readJson(context, JSON_MAX_BYTES)));
}

/** The value as JSON can say it: amounts as decimal strings, bytes in hex. */
export function wireJson(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(toWire(value), (_, member) => (member instanceof Uint8Array ? toHex(member) : member)),
  );
}

export const json = <S extends z.ZodType>(schema: S) => ({ kind: 'json', schema }) as const;
/** The answer of what has nothing to say but that it happened. */
export const nothing = json(z.strictObject({}));
