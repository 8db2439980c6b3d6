import type { Failure } from './answers.ts';
import { readToken } from './token.ts';

/** What went wrong, as the node told it or as the browser saw it. */
export class ApiError extends Error {
  readonly failure: Failure;
  readonly status: number;
  constructor(failure: Failure, status: number) {
    super(failure.message);
    this.failure = failure;
    this.status = status;
  }
}

/** The JSON at a path of this node. Throws `ApiError`. */
export function ask<T>(path: string, options: RequestInit = {}): Promise<T> {
  return send(path, options).then(response => response.json() as Promise<T>);
}

/** Sends JSON; what signs, spends or changes needs the token. Throws `ApiError`. */
export function tell<T>(path: string, body: unknown): Promise<T> {
  const headers = { 'content-type': 'application/json' };
  return ask<T>(path, { method: 'POST', headers, body: JSON.stringify(body) });
}

/** The answer at a path, with the node's token where there is one. Throws `ApiError`. */
export async function send(path: string, options: RequestInit = {}): Promise<Response> {
  const headers = new Headers(options.headers);
  const token = readToken();
  if (token !== undefined) headers.set('authorization', `Bearer ${token}`);
  let response: Response;
  try {
    response = await fetch(path, { ...options, headers });
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw new ApiError(
      {
        code: 'K_NODE_UNREACHABLE',
        message: 'The node that serves this page does not answer.',
        next: 'Start it again with "npm start"; this page goes on by itself.',
      },
      0,
    );
  }
  if (response.ok) return response;
  const told = (await response.json().catch(() => undefined)) as { error?: Failure | string } | undefined;
  const failure =
    typeof told?.error === 'object'
      ? told.error
      : { code: `HTTP_${response.status}`, message: told?.error ?? `The node answered ${response.status}.` };
  throw new ApiError(failure, response.status);
}
