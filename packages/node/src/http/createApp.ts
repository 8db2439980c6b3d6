import {
  admission,
  countRequests,
  errorResponse,
  kernelMetrics,
  kernelRoutes,
  loopbackGuard,
  metricsRoute,
  notFound,
  openApiRoute,
  type RouteHandler,
  serveRoutes,
} from '@koinon/kernel';
import { asKoinonError } from '@koinon/protocol';
import { Hono } from 'hono';
import { secureHeaders } from 'hono/secure-headers';
import type { KoinonNode } from '../createNode.ts';
import { addPage } from './servePage.ts';
import { statusRoutes } from './statusRoutes.ts';

export interface AppOptions {
  /** What people call the node. */
  name: string;
  token: string;
  authenticateAll: boolean;
  port(): number;
}

/** Requests under way at once; watching a study counts only until its first event. */
const UNDER_WAY_MAX = 256;

/** Everything a node serves over HTTP, behind the guard: what its services bring, and what every node has. */
export function createApp(node: KoinonNode, options: AppOptions): Hono {
  const { meter } = node.kernel;
  const { journal, clock } = node.ports;
  const app = new Hono();
  const onFailure = (path: string, error: unknown) =>
    journal.note('http-error', { path, reason: asKoinonError(error).message });
  app.onError((error, context) => {
    const response = errorResponse(context, error);
    if (response.status === 500) onFailure(context.req.path, error);
    return response;
  });
  app.notFound(context => errorResponse(context, notFound('such page')));
  app.use(secureHeaders());
  app.use(countRequests(meter, clock));
  app.use(loopbackGuard(options));
  app.use(admission(UNDER_WAY_MAX));
  serveRoutes(app, handlersOf(node, options.name), { token: options.token, clock, onFailure });
  addPage(app);
  return app;
}

/** What answers each route of a node: its services' routes, and what every node has. */
export function handlersOf(node: KoinonNode, name: string): RouteHandler[] {
  const { kernel, services } = node;
  const metrics = [...kernelMetrics(kernel), ...services.flatMap(service => service.metrics ?? [])];
  const handlers = [
    ...statusRoutes(node, { name, startedAtMs: node.ports.clock.nowMs() }),
    ...services.flatMap(service => service.routes ?? []),
    ...kernelRoutes(kernel),
    metricsRoute(kernel.meter, metrics),
  ];
  return [...handlers, openApiRoute(handlers, kernel.version)];
}
