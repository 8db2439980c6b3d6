import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import { KoinonError } from '@koinon/protocol';
import type { Hono } from 'hono';

export interface HttpOptions {
  host: string;
  /** 0 takes a free one. */
  port: number;
  /** True to serve beyond loopback, where every request then needs the token. */
  authenticateAll?: boolean;
  timeouts?: HttpTimeouts;
}

/** How long a slow client may hold a connection, milliseconds. */
export interface HttpTimeouts {
  headersMs: number;
  /** For the whole request; a table of 200 MB at 20 Mbit/s takes 80 s. */
  requestMs: number;
  /** How often the above are looked at. */
  checkMs: number;
}

export interface HttpServer {
  url: string;
  close(): Promise<void>;
}

const LOOPBACK_HOSTS = new Set(['127.0.0.1', '::1', 'localhost']);
const defaultTimeouts: HttpTimeouts = { headersMs: 10_000, requestMs: 120_000, checkMs: 5_000 };
const CONNECTIONS_MAX = 1024;
const HEADER_MAX_BYTES = 16 * 1024;

/**
 * Serves an app, which is made with the port it will have. Throws `K_HTTP_OPEN` for a host beyond loopback without
 * authentication, `K_HTTP_PORT` where the port cannot be had.
 */
export async function serveHttp(
  makeApp: (port: () => number) => Hono,
  options: HttpOptions,
): Promise<HttpServer> {
  const authenticateAll = options.authenticateAll ?? false;
  if (!LOOPBACK_HOSTS.has(options.host) && !authenticateAll) {
    throw new KoinonError({
      code: 'K_HTTP_OPEN',
      message: `Serving on ${options.host} would open this node to the network without authentication.`,
      fault: 'user',
      next: 'Listen on 127.0.0.1, or set http.authenticateAll in config.json and put TLS in front.',
    });
  }
  const { timeouts = defaultTimeouts } = options;
  let { port } = options;
  const app = makeApp(() => port);
  const server = serve({
    fetch: app.fetch,
    hostname: options.host,
    port,
    serverOptions: {
      headersTimeout: timeouts.headersMs,
      requestTimeout: timeouts.requestMs,
      connectionsCheckingInterval: timeouts.checkMs,
      maxHeaderSize: HEADER_MAX_BYTES,
    },
  }) as Server;
  server.maxConnections = CONNECTIONS_MAX;
  await listening(server, options);
  port = (server.address() as AddressInfo).port;
  return {
    url: `http://${options.host === '::1' ? '[::1]' : options.host}:${port}`,
    close: async () => {
      await new Promise<void>(resolve => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}

function listening(server: Server, { host, port }: HttpOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('listening', resolve);
    server.once('error', cause =>
      reject(
        new KoinonError({
          code: 'K_HTTP_PORT',
          message: `Cannot serve on ${host}:${port}: ${cause.message}.`,
          fault: 'platform',
          next: 'Choose another port, or stop what uses it.',
          cause,
        }),
      ),
    );
  });
}
