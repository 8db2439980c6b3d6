import type { MiddlewareHandler } from 'hono';
import { routePath } from 'hono/route';
import type { KoinonNode } from '../../createNode.ts';
import type { Predictors } from '../../models/predictors.ts';
import type { Api } from '../api.ts';
import type { Meter } from './meter.ts';
import { addNodeMetrics } from './nodeMetrics.ts';

/** Serves what Prometheus reads. */
export function addMetricsRoute(api: Api, node: KoinonNode, predictors: Predictors, meter: Meter): void {
  let prepared: Promise<() => Promise<string>> | undefined;
  const prepare = async (): Promise<() => Promise<string>> => {
    const { prom, registry } = await meter.load();
    prom.collectDefaultMetrics({ register: registry });
    const read = addNodeMetrics(prom, registry, node, predictors);
    return async () => {
      await read();
      return registry.metrics();
    };
  };

  api.add(
    {
      method: 'get',
      path: '/metrics',
      summary: 'Figures of this node in the text format of Prometheus',
      tag: 'node',
      answer: { kind: 'bytes', mediaTypes: ['text/plain'] },
      needsToken: false,
      atOnce: 4,
    },
    async ({ context }) => {
      prepared ??= prepare();
      const text = await (await prepared)();
      return context.body(text, 200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' });
    },
  );
}

const METHODS = new Set(['GET', 'HEAD', 'POST', 'OPTIONS', 'PUT', 'DELETE', 'PATCH']);

/** Counts every request by the route that took it; `none` for what no route took. */
export function countRequests(meter: Meter): MiddlewareHandler {
  return async (context, next) => {
    const done = meter.beginRequest();
    await next();
    const path = routePath(context, -1);
    done({
      route: path === '/*' ? 'none' : path,
      method: METHODS.has(context.req.method) ? context.req.method : 'other',
      status: context.res.status,
    });
  };
}
