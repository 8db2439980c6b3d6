import type { routesOf } from '@koinon/api';
import { KoinonError } from '@koinon/protocol/errors';
import type { AnswerOf, CalledRoute, CallOptions, QuestionOf, Wire } from '@koinon/sdk';

type Routes = typeof routesOf;
/** Name of a route, `studies.list`. */
export type RouteName = { [T in keyof Routes]: `${T}.${keyof Routes[T] & string}` }[keyof Routes];
type Named<N extends RouteName> = N extends `${infer T extends keyof Routes}.${infer R}`
  ? R extends keyof Routes[T]
    ? Extract<Routes[T][R], CalledRoute>
    : never
  : never;

/** The part of the page that knows the schemas; loaded once. */
export const loadClient = () => import('./client.ts');

/** What this node answers to a question at the route with this name. Throws a `KoinonError`. */
export async function ask<N extends RouteName>(
  name: N,
  question?: QuestionOf<Named<N>>,
  options?: CallOptions,
): Promise<Wire<AnswerOf<Named<N>>>> {
  const { pageClient, routesOf: routes, wired } = await loadClient();
  const [service, route] = name.split('.') as [keyof Routes, string];
  const called = (routes[service] as Record<string, CalledRoute>)[route]!;
  return wired(await pageClient().call(called, question as never, options)) as never;
}

/** What went wrong, as the node told it or as the browser saw it. */
export function failureOf(cause: unknown): KoinonError {
  if (cause instanceof KoinonError) return cause;
  const message = cause instanceof Error ? cause.message : String(cause);
  return new KoinonError({ code: 'K_PAGE', message, fault: 'bug', cause });
}
