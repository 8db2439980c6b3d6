import { existsSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, dirname, extname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** Answers of a node by method and path, bodies in base64 (`record.ts` makes them). */
export type Recorded = Record<string, { status: number; type: string; body: string }>;

/** An answer a test puts in the place of a recorded one; undefined leaves the recorded one. */
export type Instead = (request: IncomingMessage, response: ServerResponse, recorded: Recorded) => boolean;

const dist = join(dirname(import.meta.dirname), 'dist');
const MEDIA_TYPES: Record<string, string> = {
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
};
/** The policy the node serves the page with (`packages/node/src/http/servePage.ts`). */
const POLICY =
  "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

export function readRecorded(): Recorded {
  return JSON.parse(
    gunzipSync(readFileSync(join(import.meta.dirname, 'recorded.json.gz'))).toString(),
  ) as Recorded;
}

/** Serves the built page and the recorded answers of a node, but for those the test answers itself. */
export async function serveRecorded(
  recorded: Recorded,
  instead: Instead = () => false,
): Promise<{ url: string; close(): void }> {
  const server: Server = createServer((request, response) => {
    const path = request.url ?? '/';
    if (instead(request, response, recorded)) return;
    if (/^\/(api|v2)/.test(path)) {
      const known = recorded[`${request.method} ${path}`];
      response.writeHead(known?.status ?? 404, { 'content-type': known?.type ?? 'application/json' });
      response.end(
        known
          ? Buffer.from(known.body, 'base64')
          : JSON.stringify({
              error: {
                code: 'K_HTTP_NOT_FOUND',
                message: 'There is no such page here.',
                fault: 'user',
                data: {},
              },
            }),
      );
      return;
    }
    const name = basename(path);
    const file = path.startsWith('/assets/')
      ? join(dist, 'assets', name)
      : join(dist, name === 'favicon.svg' ? name : 'index.html');
    if (!existsSync(file)) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, {
      'content-type': MEDIA_TYPES[extname(file)] ?? 'text/html; charset=utf-8',
      'content-security-policy': POLICY,
    });
    response.end(readFileSync(file));
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** The JSON a recorded answer holds. */
export function jsonOf<T>(recorded: Recorded, key: string): T {
  const known = recorded[key];
  if (!known) throw new Error(`nothing was recorded for ${key}`);
  return JSON.parse(Buffer.from(known.body, 'base64').toString()) as T;
}

export function answerJson(response: ServerResponse, value: unknown, status = 200): true {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(value));
  return true;
}
