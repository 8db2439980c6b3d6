import { KoinonError } from '@koinon/protocol/errors';
import { z } from 'zod';

const errorBody = z.object({
  error: z.object({
    code: z.string().regex(/^K_[A-Z0-9_]+$/),
    message: z.string(),
    fault: z.enum(['user', 'peer', 'chain', 'platform', 'bug']),
    data: z.record(z.string(), z.unknown()).optional(),
    next: z.string().optional(),
  }),
});

/** Errors of the Open Inference Protocol are a sentence. */
const inferenceError = z.object({ error: z.string() });

/** Talks to a node's API. Answers are parsed by the caller's schema; errors come back as the node gave them. */
export class NodeClient {
  readonly url: string;
  readonly #token: string | undefined;

  constructor(url: string, token?: string) {
    this.url = url;
    this.#token = token;
  }

  get<S extends z.ZodType>(path: string, answerSchema: S): Promise<z.output<S>> {
    return this.#json('GET', path, undefined, answerSchema);
  }

  /** Sends JSON, or bytes as they are. */
  post<S extends z.ZodType>(path: string, body: unknown, answerSchema: S): Promise<z.output<S>> {
    return this.#json('POST', path, body, answerSchema);
  }

  async bytes(path: string): Promise<Uint8Array> {
    return new Uint8Array(await (await this.#request('GET', path, undefined)).arrayBuffer());
  }

  /** Server-sent events of a path until the server ends them. */
  async *events(path: string, signal?: AbortSignal): AsyncIterable<{ event: string; data: unknown }> {
    const response = await this.#request('GET', path, undefined, signal);
    let pending = '';
    const decoder = new TextDecoder();
    for await (const chunk of response.body ?? []) {
      pending += decoder.decode(chunk, { stream: true });
      const blocks = pending.split('\n\n');
      pending = blocks.pop()!;
      for (const block of blocks) {
        const field = (name: string) =>
          block
            .split('\n')
            .filter(line => line.startsWith(`${name}:`))
            .map(line => line.slice(name.length + 1).trim())
            .join('\n');
        yield { event: field('event') || 'message', data: JSON.parse(field('data')) };
      }
    }
  }

  async #json<S extends z.ZodType>(
    method: string,
    path: string,
    body: unknown,
    answerSchema: S,
  ): Promise<z.output<S>> {
    const response = await this.#request(method, path, body);
    return answerSchema.parse(await response.json()) as z.output<S>;
  }

  async #request(method: string, path: string, body: unknown, signal?: AbortSignal): Promise<Response> {
    const isBytes = body instanceof Uint8Array;
    let response: Response;
    try {
      response = await fetch(new URL(path, this.url), {
        method,
        headers: {
          ...(this.#token ? { authorization: `Bearer ${this.#token}` } : {}),
          ...(body === undefined
            ? {}
            : { 'content-type': isBytes ? 'application/octet-stream' : 'application/json' }),
        },
        ...(body === undefined ? {} : { body: isBytes ? (body as BodyInit) : JSON.stringify(body) }),
        ...(signal ? { signal } : {}),
      });
    } catch (cause) {
      throw new KoinonError({
        code: 'K_NODE_UNREACHABLE',
        message: `No node answers at ${this.url}.`,
        fault: 'user',
        next: 'Start it, or name another with --node URL; "koinon dev" brings up a local network.',
        cause,
      });
    }
    if (response.ok) return response;
    const answer: unknown = await response.json().catch(() => undefined);
    const parsed = errorBody.safeParse(answer);
    if (!parsed.success) {
      throw new KoinonError({
        code: 'K_NODE_ANSWER',
        message:
          inferenceError.safeParse(answer).data?.error ??
          `The node at ${this.url} answered ${response.status} to ${method} ${path}.`,
        fault: response.status < 500 ? 'user' : 'peer',
        data: { status: response.status },
      });
    }
    const { code, message, fault, data, next } = parsed.data.error;
    throw new KoinonError({
      code: code as `K_${string}`,
      message,
      fault,
      ...(data ? { data } : {}),
      ...(next ? { next } : {}),
    });
  }
}
