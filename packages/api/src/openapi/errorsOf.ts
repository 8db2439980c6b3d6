import type { Route } from '../route.ts';

/** What the error statuses of a node mean. */
export const errorStatuses = {
  400: 'The question is malformed, or asks for what cannot be',
  401: 'The token is missing or another',
  403: 'Not for whoever asks: another site, another host, or confidential',
  404: 'There is no such thing here',
  409: 'It was decided before, or is not what was seen',
  413: 'The body is too large',
  415: 'The body is of another type, or compressed',
  500: 'The node is at fault; its log says more',
  502: 'The chain or another node is at fault',
  503: 'The node is busy, or misses a file; try again later',
} as const;
export type ErrorStatus = keyof typeof errorStatuses;

/** Statuses of the errors that a route may answer, in order. */
export function errorStatusesOf(route: Route): ErrorStatus[] {
  const isAsked = route.params ?? route.query ?? route.body;
  const statuses: ErrorStatus[] = [
    ...(isAsked ? ([400] as const) : []),
    ...(route.isPublic ? [] : ([401] as const)),
    ...(route.body ? ([413, 415] as const) : []),
    ...(route.errors ?? []),
    ...([403, 500, 503] as const),
  ];
  return [...new Set(statuses)].sort((a, b) => a - b);
}

/** Whether errors at this path are told as the Open Inference Protocol has it. */
export function isInferencePath(path: string): boolean {
  return path === '/v2' || path.startsWith('/v2/');
}
