import { equalBytes, KoinonError, sha256, utf8 } from '@koinon/protocol';
import type { HonoRequest, MiddlewareHandler } from 'hono';

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
/** What a form, or a script without asking first, cannot send to another origin. */
const ASKED_FIRST = new Set(['application/json', 'application/octet-stream']);
/** What is not the page: the page's own files are the same for everybody and hold nothing of this node. */
const DATA_PATH = /^\/(api|v2|metrics)(\/|$)/;

/**
 * Keeps strangers out of a server on loopback. A page of another site can send requests here, and a rebound host name
 * can even read the answers: so on loopback the `Host` must be a loopback name with our port, an `Origin` must be ours,
 * a browser that says it asks for another site gets the page at most, and whatever signs, spends or changes needs the
 * token, which no other page has.
 */
export function loopbackGuard(options: GuardOptions): MiddlewareHandler {
  return async (context, next) => {
    const { req } = context;
    const host = (req.header('host') ?? '').toLowerCase();
    if (!options.authenticateAll && !(isOwnHost(host, options.port()) && namesHost(req.url, host))) {
      throw forbidden('K_HTTP_HOST', `This server does not answer for the host "${host.slice(0, 100)}".`);
    }
    const origin = req.header('origin')?.toLowerCase();
    const isOwnOrigin =
      origin === `http://${host}` || (options.authenticateAll && origin === `https://${host}`);
    if (origin !== undefined && !isOwnOrigin) {
      throw forbidden('K_HTTP_ORIGIN', `A page of ${origin.slice(0, 100)} may not talk to this node.`);
    }
    if (isForAnotherSite(req)) {
      throw forbidden('K_HTTP_ORIGIN', 'A page of another site may not talk to this node.');
    }
    const isReadingPost = req.method === 'POST' && READING_POST.test(req.path);
    if (isReadingPost) requireAskedFirst(req.header('content-type'));
    const isGet = req.method === 'GET' || req.method === 'HEAD';
    const isOpen = options.authenticateAll ? isGet && !DATA_PATH.test(req.path) : isGet || isReadingPost;
    if (!isOpen) requireToken(req.header('authorization'), options.token);
    await next();
  };
}

/** Throws `K_HTTP_TOKEN` unless the header carries the token; compares in constant time. */
export function requireToken(header: string | undefined, token: string): void {
  const given = header?.startsWith('Bearer ') ? header.slice('Bearer '.length) : '';
  // Of digests: how long it takes tells nothing of the token.
  const digest = (text: string) => sha256(utf8.encode(text));
  if (token !== '' && equalBytes(digest(given), digest(token))) return;
  throw new KoinonError({
    code: 'K_HTTP_TOKEN',
    message: 'This call needs the node’s token.',
    fault: 'user',
    next: 'Send "Authorization: Bearer …" with the text of the file api-token in the node’s folder.',
  });
}

function isOwnHost(host: string, port: number): boolean {
  const name = host.endsWith(`:${port}`) ? host.slice(0, -String(port).length - 1) : port === 80 ? host : '';
  return LOOPBACK_NAMES.has(name);
}

/** False when the request target is a whole URL and names another host than the header does. */
function namesHost(url: string, host: string): boolean {
  return URL.canParse(url) && new URL(url).host === new URL(`http://${host}`).host;
}

/** Browsers say for whom they ask. Following a link to the page is all another site may cause. */
function isForAnotherSite(req: HonoRequest): boolean {
  const site = req.header('sec-fetch-site') ?? 'none';
  if (site === 'none' || site === 'same-origin') return false;
  const isLinkToPage =
    req.method === 'GET' && req.header('sec-fetch-mode') === 'navigate' && !DATA_PATH.test(req.path);
  return !isLinkToPage;
}

function requireAskedFirst(contentType: string | undefined): void {
  const [type = ''] = (contentType ?? '').split(';');
  if (ASKED_FIRST.has(type.trim().toLowerCase())) return;
  throw new KoinonError({
    code: 'K_HTTP_MEDIA_TYPE',
    message: 'A question to a model is JSON and says so.',
    fault: 'user',
    next: 'Send the header "content-type: application/json".',
  });
}

function forbidden(code: `K_${string}`, message: string): KoinonError {
  return new KoinonError({ code, message, fault: 'user' });
}
