import { createHash, timingSafeEqual } from 'node:crypto';
import { KoinonError } from '@koinon/protocol';
import type { MiddlewareHandler } from 'hono';

export interface GuardOptions {
  /** Shared secret of this node's owner. */
  token: string;
  /** True where the server listens beyond loopback: then reading needs the token too. */
  authenticateAll: boolean;
  /** The port requests must name in `Host`. */
  port(): number;
}

const LOOPBACK_NAMES = new Set(['127.0.0.1', 'localhost', '[::1]']);
/** POSTs that compute and change nothing. */
const READING_POST = /^\/v2\/models\/[^/]+(\/versions\/[^/]+)?\/infer$/;

/**
 * Keeps strangers out of a server on loopback. A page of another site can send requests here, and a rebound host name
 * can even read the answers: so on loopback the `Host` must be a loopback name with our port, an `Origin` must be ours,
 * and whatever signs, spends or changes needs the token, which no other page has.
 */
export function loopbackGuard(options: GuardOptions): MiddlewareHandler {
  return async (context, next) => {
    const host = context.req.header('host') ?? '';
    if (!options.authenticateAll && !isOwnHost(host, options.port())) {
      throw forbidden('K_HTTP_HOST', `This server does not answer for the host "${host.slice(0, 100)}".`);
    }
    const origin = context.req.header('origin');
    if (origin !== undefined && origin !== `http://${host}` && origin !== `https://${host}`) {
      throw forbidden('K_HTTP_ORIGIN', `A page of ${origin.slice(0, 100)} may not talk to this node.`);
    }
    const { method, path } = context.req;
    const isReading = method === 'GET' || method === 'HEAD' || (method === 'POST' && READING_POST.test(path));
    if (options.authenticateAll || !isReading)
      requireToken(context.req.header('authorization'), options.token);
    await next();
  };
}

/** Throws `K_HTTP_TOKEN` unless the header carries the token; compares in constant time. */
export function requireToken(header: string | undefined, token: string): void {
  const given = header?.startsWith('Bearer ') ? header.slice('Bearer '.length) : '';
  const digest = (text: string) => createHash('sha256').update(text).digest();
  if (timingSafeEqual(digest(given), digest(token))) return;
  throw new KoinonError({
    code: 'K_HTTP_TOKEN',
    message: 'This call needs the node’s token.',
    fault: 'user',
    next: 'Send "Authorization: Bearer …" with the text of the file api-token in the node’s folder.',
  });
}

function isOwnHost(host: string, port: number): boolean {
  const name = host.endsWith(`:${port}`) ? host.slice(0, -String(port).length - 1) : port === 80 ? host : '';
  return LOOPBACK_NAMES.has(name.toLowerCase());
}

function forbidden(code: `K_${string}`, message: string): KoinonError {
  return new KoinonError({ code, message, fault: 'user' });
}
