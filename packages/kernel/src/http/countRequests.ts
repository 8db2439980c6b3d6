import type { MiddlewareHandler } from 'hono';
import { routePath } from 'hono/route';
import type { Meter } from '../metrics/meter.ts';
import type { Clock } from '../ports/clock.ts';

/** Upper bounds of times an answer takes, seconds. */
export const ANSWER_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
const METHODS = new Set(['GET', 'HEAD', 'POST', 'OPTIONS', 'PUT', 'DELETE', 'PATCH']);

/** Counts every request by the route that took it; `none` for what no route took. */
export function countRequests(meter: Meter, { nowMs }: Pick<Clock, 'nowMs'>): MiddlewareHandler {
  const requests = meter.counter({
    name: 'koinon_http_requests_total',
    help: 'HTTP requests answered.',
    labelNames: ['route', 'method', 'status'],
  });
  const seconds = meter.histogram({
    name: 'koinon_http_request_duration_seconds',
    help: 'Time until an answer began.',
    labelNames: ['route'],
    buckets: ANSWER_SECONDS,
  });
  return async (context, next) => {
    const startedMs = nowMs();
    await next();
    const path = routePath(context, -1);
    const route = path === '/*' ? 'none' : path;
    const method = METHODS.has(context.req.method) ? context.req.method : 'other';
    requests(1, { route, method, status: String(context.res.status) });
    seconds(Math.max(0, nowMs() - startedMs) / 1000, { route });
  };
}
