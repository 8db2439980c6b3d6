import { after, type Clock, type Hex, KoinonError } from '@koinon/protocol';
import type { PeerLimiter } from '../limiter.ts';
import type { NetworkLimits } from '../limits.ts';
import type { RequestHandler } from '../network.ts';
import { type Pipe, PipeClosed, writeWithin } from '../pipe.ts';
import { BadFrame, decodeRequest, encodeFrame, type RequestBody, readFrame } from './frame.ts';
import { errorForRemote } from './remoteError.ts';

export interface RpcServerContext {
  handlers: ReadonlyMap<string, RequestHandler>;
  limiter: PeerLimiter;
  limits: NetworkLimits;
  clock: Clock;
  /** Told of errors that the peer is not told of. */
  onFailure(error: unknown, method: string, from: Hex): void;
}

/** Answers one peer's requests on one stream until it ends, breaks the protocol, or keeps flooding. */
export async function serveRpc(pipe: Pipe, from: Hex, context: RpcServerContext): Promise<void> {
  let refusals = 0;
  try {
    for (;;) {
      const frame = await readFrame(pipe);
      if (!frame) return;
      const admission = context.limiter.admit(from, frame.body.length);
      if (!admission.admitted) {
        if (++refusals > context.limits.refusalsBeforeClose) return pipe.abort('flood');
        const refusal = encodeFrame(frame.id, { error: rateLimited(admission.retryAfterMs) });
        await writeWithin(pipe, refusal, context.limits.writeTimeoutMs, context.clock);
        continue;
      }
      refusals = 0;
      let request: RequestBody;
      try {
        request = decodeRequest(frame.body);
      } catch (error) {
        admission.release();
        throw error;
      }
      answer(pipe, from, frame.id, request, context, admission.release).catch(error => {
        context.onFailure(error, request.method, from);
        pipe.abort('the answer cannot be sent');
      });
    }
  } catch (error) {
    if (!(error instanceof BadFrame) && !(error instanceof PipeClosed)) throw error;
  } finally {
    pipe.abort('no more requests');
  }
}

/** The place is given back when the handler has ended, however late, and its answer is on its way: unread answers are memory too. */
async function answer(
  pipe: Pipe,
  from: Hex,
  id: number,
  { method, body }: RequestBody,
  context: RpcServerContext,
  release: () => void,
): Promise<void> {
  const work = run(context, method, body, from);
  let frame: Uint8Array;
  try {
    frame = encodeAnswer(id, await withTimeout(work, context));
  } catch (error) {
    const record = errorForRemote(error);
    if (record.code === 'K_PEER_FAILED') context.onFailure(error, method, from);
    frame = encodeError(id, error, context, method, from);
  }
  // The peer may have gone; then nobody waits for the answer.
  await writeWithin(pipe, frame, context.limits.writeTimeoutMs, context.clock).catch(() => {});
  await work.catch(() => {});
  release();
}

async function run(context: RpcServerContext, method: string, body: unknown, from: Hex): Promise<unknown> {
  const handler = context.handlers.get(method);
  if (!handler) throw methodUnknown(method);
  return handler(body, from);
}

async function withTimeout<T>(work: Promise<T>, { clock, limits }: RpcServerContext): Promise<T> {
  let cancel = () => {};
  const late = new Promise<never>((_, reject) => {
    cancel = after(clock, limits.handlerTimeoutMs, () => reject(handlerTimeout(limits.handlerTimeoutMs)));
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    cancel();
  }
}

function encodeAnswer(id: number, result: unknown): Uint8Array {
  try {
    return encodeFrame(id, result === undefined ? {} : { body: result });
  } catch (error) {
    if (!(error instanceof KoinonError)) throw error;
    throw new KoinonError({
      code: 'K_ANSWER_TOO_LARGE',
      message: 'The answer does not fit in a message.',
      fault: 'bug',
      data: error.data,
      cause: error,
    });
  }
}

/** An error whose data does not encode or fit is sent without it. */
function encodeError(
  id: number,
  error: unknown,
  context: RpcServerContext,
  method: string,
  from: Hex,
): Uint8Array {
  const record = errorForRemote(error);
  try {
    return encodeFrame(id, { error: record });
  } catch (cause) {
    context.onFailure(cause, method, from);
    return encodeFrame(id, { error: { ...record, data: {} } });
  }
}

function rateLimited(retryAfterMs: number) {
  return errorForRemote(
    new KoinonError({
      code: 'K_RATE_LIMITED',
      message: `Too many requests; the node takes more in ${retryAfterMs} ms.`,
      fault: 'user',
      data: { retryAfterMs },
      next: 'Wait, then send fewer requests at once.',
    }),
  );
}

function methodUnknown(method: string): KoinonError {
  return new KoinonError({
    code: 'K_METHOD_UNKNOWN',
    message: `The node does not serve "${method}".`,
    fault: 'user',
    data: { method },
    next: 'Choose a node with the role that serves it.',
  });
}

function handlerTimeout(timeoutMs: number): KoinonError {
  return new KoinonError({
    code: 'K_PEER_TIMEOUT',
    message: `The node did not finish the request within ${timeoutMs} ms.`,
    fault: 'platform',
    data: { timeoutMs },
  });
}
