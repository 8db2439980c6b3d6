import type { Network } from '@koinon/network';
import {
  type Hex,
  KoinonError,
  type Method,
  methods,
  type WireRequest,
  type WireResponse,
} from '@koinon/protocol';
import { z } from 'zod';

/** Asks a peer and parses its answer. Throws `K_PEER_ANSWER` when the answer is not what the method promises. */
export async function ask<M extends Method>(
  network: Network,
  peer: Hex,
  method: M,
  request: WireRequest<M>,
  options: { timeoutMs?: number; signal?: AbortSignal } = {},
): Promise<WireResponse<M>> {
  const answer = await network.request(peer, method, request, options);
  const parsed = methods[method].response.safeParse(answer);
  if (!parsed.success) {
    throw new KoinonError({
      code: 'K_PEER_ANSWER',
      message: `Node ${peer} answered "${method}" with something else: ${z.prettifyError(parsed.error)}.`,
      fault: 'peer',
      data: { peer, method },
    });
  }
  return parsed.data as WireResponse<M>;
}

/**
 * Answers a method, until what comes back is called: the question is parsed before the service sees it. What `admit` throws
 * is thrown before that: it is where strangers are turned away for next to nothing.
 */
export function answer<M extends Method>(
  network: Network,
  method: M,
  respond: (request: WireRequest<M>, from: Hex) => Promise<WireResponse<M>>,
  admit?: (from: Hex, payload: unknown) => Promise<void>,
): () => void {
  return network.handle(method, async (payload, from) => {
    await admit?.(from, payload);
    const parsed = methods[method].request.safeParse(payload);
    if (!parsed.success) {
      throw new KoinonError({
        code: 'K_BAD_REQUEST',
        message: `The question "${method}" is malformed: ${z.prettifyError(parsed.error)}.`,
        fault: 'peer',
      });
    }
    return respond(parsed.data as WireRequest<M>, from);
  });
}
