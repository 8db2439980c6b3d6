import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import { KoinonError } from '@koinon/protocol';
import { Hono } from 'hono';
import { secureHeaders } from 'hono/secure-headers';
import type { KoinonNode } from '../createNode.ts';
import { Predictors } from '../models/predictors.ts';
import { addChangeRoutes } from './changeRoutes.ts';
import { errorResponse, notFound } from './errors.ts';
import { loopbackGuard } from './loopbackGuard.ts';
import { addOpenInference } from './openInference.ts';
import { addReadRoutes } from './readRoutes.ts';
import { addPage } from './servePage.ts';

export interface HttpOptions {
  name: string;
  host: string;
  /** 0 takes a free one. */
  port: number;
  token: string;
  /** True to serve beyond loopback, where every request then needs the token. */
  authenticateAll?: boolean;
}

export interface HttpServer {
  url: string;
  close(): Promise<void>;
}

const LOOPBACK_HOSTS = new Set(['127.0.0.1', '::1', 'localhost']);

/** Serves API, model endpoints, metrics and page of a node. Throws `K_HTTP_OPEN` for a host beyond loopback without authentication. */
export async function serveHttp(node: KoinonNode, options: HttpOptions): Promise<HttpServer> {
  const authenticateAll = options.authenticateAll ?? false;
  if (!LOOPBACK_HOSTS.has(options.host) && !authenticateAll) {
    throw new KoinonError({
      code: 'K_HTTP_OPEN',
      message: `Serving on ${options.host} would open this node to the network without authentication.`,
      fault: 'user',
      next: 'Listen on 127.0.0.1, or set http.authenticateAll in config.json and put TLS in front.',
    });
  }
  let port = options.port;
  const app = new Hono();
  app.use(secureHeaders());
  app.onError((error, context) => {
    const response = errorResponse(context, error);
    if (response.status >= 500) {
      node.ports.journal.note('http-error', { path: context.req.path, reason: error.message });
    }
    return response;
  });
  app.notFound(context => errorResponse(context, notFound('such page')));
  app.use(loopbackGuard({ token: options.token, authenticateAll, port: () => port }));
  addReadRoutes(app, node, {
    name: options.name,
    token: options.token,
    startedAtMs: node.ports.clock.nowMs(),
  });
  addChangeRoutes(app, node);
  const predictors = new Predictors(node.ports.store);
  addOpenInference(app, node, predictors);
  addPage(app);

  const server = serve({ fetch: app.fetch, hostname: options.host, port: options.port });
  await new Promise<void>((resolve, reject) => {
    server.once('listening', resolve);
    server.once('error', cause =>
      reject(
        new KoinonError({
          code: 'K_HTTP_PORT',
          message: `Cannot serve on ${options.host}:${options.port}: ${cause.message}.`,
          fault: 'platform',
          next: 'Choose another port, or stop what uses it.',
          cause,
        }),
      ),
    );
  });
  port = (server.address() as AddressInfo).port;
  return {
    url: `http://${options.host === '::1' ? '[::1]' : options.host}:${port}`,
    close: async () => {
      await new Promise<void>(resolve => {
        server.close(() => resolve());
        if ('closeAllConnections' in server) server.closeAllConnections();
      });
      await predictors.close();
    },
  };
}
