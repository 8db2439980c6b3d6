import { z } from 'zod';

/** One JSON-RPC endpoint. Fakes of it stand in for lagging, lying and dying nodes in the tests. */
export interface RpcTransport {
  /** For people: scheme and host, never a path or query, where providers put their keys. */
  readonly name: string;
  /** The `result`. Throws `RpcAnswerError` for an `error` in the answer, anything else when there was none. */
  request(method: string, params: readonly unknown[], signal: AbortSignal): Promise<unknown>;
}

/** The endpoint is alive and said no. */
export class RpcAnswerError extends Error {
  override readonly name = 'RpcAnswerError';
  readonly code: number;
  readonly data: unknown;

  constructor(code: number, message: string, data?: unknown) {
    super(message);
    this.code = code;
    this.data = data;
  }
}

const answerSchema = z.object({
  result: z.unknown().optional(),
  error: z.object({ code: z.number(), message: z.string(), data: z.unknown().optional() }).optional(),
});

/** An answer larger than this is refused, bytes: a block range of logs stays far below. */
const ANSWER_MAX_BYTES = 64 << 20;

/** JSON-RPC over HTTP with `fetch`. */
export function httpTransport(url: string): RpcTransport {
  let id = 0;
  return {
    name: endpointName(url),
    async request(method, params, signal) {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ jsonrpc: '2.0', id: ++id, method, params }),
        signal,
      });
      const text = await response.text();
      if (text.length > ANSWER_MAX_BYTES) throw new Error(`answer of ${text.length} bytes`);
      const answer = answerSchema.safeParse(parseJson(text));
      if (!answer.success) throw new Error(`HTTP ${response.status} without a JSON-RPC answer`);
      const { error, result } = answer.data;
      if (error !== undefined) throw new RpcAnswerError(error.code, error.message, error.data);
      if (!response.ok) throw new Error(`HTTP ${response.status}`);
      return result;
    },
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function endpointName(url: string): string {
  try {
    const { protocol, host } = new URL(url);
    return `${protocol}//${host}`;
  } catch {
    return 'an address that is no URL';
  }
}
