import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import type { Context, Hono } from 'hono';

/** What a browser may load and run: our own files, and WebAssembly, which replaying jobs needs. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'self'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "img-src 'self' data:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const MEDIA_TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
};

/** Paths that the page itself resolves; anything else stays an error, so that a mistyped API call is seen. */
const CLIENT_ROUTES = [
  '/',
  '/network/*',
  '/studies',
  '/studies/*',
  '/models',
  '/models/*',
  '/data',
  '/data/*',
  '/glossary',
  '/integrity',
  '/integrity/*',
];

/**
 * Serves the built page. Assets carry a hash of their content in their name, so a browser keeps them for ever; the
 * document that names them is asked for each time. `dist` is where the build put them.
 */
export function addPage(app: Hono, dist: string | undefined = findDist()): void {
  app.get('/assets/:name', context => {
    const name = context.req.param('name');
    // Only a name that the folder lists is opened: what a stranger sends never becomes part of a path.
    const assets = dist && existsSync(join(dist, 'assets')) ? join(dist, 'assets') : undefined;
    if (!assets || !readdirSync(assets).includes(name)) return context.notFound();
    return file(context, join(assets, name), 'public, max-age=31536000, immutable');
  });
  app.get('/favicon.svg', context =>
    dist ? file(context, join(dist, 'favicon.svg'), 'no-cache') : context.notFound(),
  );
  for (const route of CLIENT_ROUTES) {
    app.get(route, context => {
      if (dist && existsSync(join(dist, 'index.html'))) {
        return file(context, join(dist, 'index.html'), 'no-cache');
      }
      return context.text(
        'The page has not been built; "npm start" builds it. The API is at /api/status.',
        503,
      );
    });
  }
}

function file(context: Context, path: string, cacheControl: string): Response {
  if (!existsSync(path)) return context.notFound() as Response;
  return new Response(readFileSync(path) as BodyInit, {
    headers: {
      'content-type': MEDIA_TYPES[extname(path)] ?? 'application/octet-stream',
      'content-security-policy': CONTENT_SECURITY_POLICY,
      'cache-control': cacheControl,
    },
  });
}

/** `packages/web/dist` in a folder above this file, which may itself have been bundled elsewhere. */
function findDist(): string | undefined {
  for (let folder = import.meta.dirname; ; folder = dirname(folder)) {
    const dist = join(folder, 'packages', 'web', 'dist');
    if (existsSync(dist)) return dist;
    if (dirname(folder) === folder) return undefined;
  }
}
