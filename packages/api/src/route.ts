import { z } from 'zod';

/** The services of a node that answer routes; a route's tag in the OpenAPI document is the service it belongs to. */
export const tags = [
  'node',
  'evidence',
  'custody',
  'studies',
  'work',
  'audit',
  'court',
  'serving',
  'names',
] as const;
export type Tag = (typeof tags)[number];

/** What a route takes as its body. `maxBytes` is `JSON_MAX_BYTES` where a JSON body says nothing else. */
export type BodyKind =
  | { kind: 'json'; schema: z.ZodType; maxBytes?: number }
  | { kind: 'bytes'; mediaType: string; maxBytes: number };

/** What it answers with 200. `events` are server-sent; each schema is what one kind of event carries. */
export type AnswerKind =
  | { kind: 'json'; schema: z.ZodType }
  | { kind: 'bytes'; mediaTypes: readonly string[] }
  | { kind: 'events'; events: Readonly<Record<string, z.ZodType>> };

/** Most a JSON body may be unless its route says otherwise. */
export const JSON_MAX_BYTES = 2 ** 20;

/**
 * One operation of a node's HTTP API as data: the node serves it, clients call it, the OpenAPI document tells it, so that
 * none of the three can drift from the others. Questions are refused with members that nobody knows; answers may have
 * more than a client knows, for its node may be newer.
 */
export interface Route {
  /** Service and name, `studies.begin`. */
  id: string;
  tag: Tag;
  method: 'get' | 'post';
  /** With parameters as `:name`, for example `/api/studies/:id`. */
  path: string;
  summary: string;
  params?: z.ZodObject;
  query?: z.ZodObject;
  body?: BodyKind;
  answer: AnswerKind;
  /** True where the token is needed on loopback too. Whatever changes something needs it. */
  needsToken: boolean;
  /** True for what a node that listens beyond loopback answers without the token too. */
  isPublic?: boolean;
  /** Most of these under way at once, for what costs memory or other nodes' time; of `events`, most that are watched. */
  atOnce?: number;
  /** Statuses of errors beyond those that every route, or every route of this form, may answer (`errorStatusesOf`). */
  errors?: readonly (403 | 404 | 409 | 502)[];
}

/** A route as its group writes it; service and name come from the group. */
type Described = Omit<Route, 'id' | 'tag'>;
export type RouteGroup<T extends Tag, G extends Record<string, Described>> = {
  readonly [Name in keyof G]: G[Name] & { readonly tag: T; readonly id: string };
};

/** The routes of one service by their names, each with its exact type. */
export function routes<T extends Tag, const G extends Record<string, Described>>(
  tag: T,
  group: G,
): RouteGroup<T, G> {
  const entries = Object.entries(group).map(([name, route]) => [
    name,
    { ...route, tag, id: `${tag}.${name}` },
  ]);
  return Object.fromEntries(entries) as RouteGroup<T, G>;
}

export const json = <S extends z.ZodType>(schema: S) => ({ kind: 'json', schema }) as const;
/** The answer of what has nothing to say but that it happened. */
export const nothing = json(z.object({}));
