import type { Hex, KoinonError } from '@koinon/protocol';
import { peerMisbehaved, peerUnreachable } from '../errors.ts';
import { type Pipe, PipeClosed } from '../pipe.ts';
import { BadFrame, decodeResponse, encodeFrame, type ResponseBody, readFrame } from './frame.ts';
import { errorFromRemote } from './remoteError.ts';

interface Pending {
  resolve(value: unknown): void;
  reject(error: KoinonError): void;
}

/** The stream was closed before the request was handed to it, so it may be sent again. */
export class NotSent extends Error {
  override readonly name = 'NotSent';
}

/** The asking end of one stream: many requests in flight, answers in any order. */
export class RpcClient {
  readonly #pipe: Pipe;
  readonly #peer: Hex;
  readonly #pending = new Map<number, Pending>();
  #lastId = 0;

  constructor(pipe: Pipe, peer: Hex) {
    this.#pipe = pipe;
    this.#peer = peer;
    pipe.onClose(() =>
      this.#failAll(peerUnreachable(peer, 'the connection was lost before the answer', true)),
    );
    void this.#listen();
  }

  get closed(): boolean {
    return this.#pipe.closed;
  }

  close(): void {
    this.#pipe.abort('closed by this node');
  }

  /** Throws `NotSent`, `K_MESSAGE_TOO_LARGE`, and what the peer answers. On `signal` the answer is no longer awaited. */
  async request(method: string, body: unknown, signal: AbortSignal): Promise<unknown> {
    if (this.#pipe.closed) throw new NotSent();
    if (this.#lastId === 0xffffffff) {
      this.close();
      throw new NotSent();
    }
    const id = this.#lastId + 1;
    const frame = encodeFrame(id, body === undefined ? { method } : { method, body });
    this.#lastId = id;
    const answer = new Promise<unknown>((resolve, reject) => this.#pending.set(id, { resolve, reject }));
    const forget = () => this.#pending.delete(id);
    signal.addEventListener('abort', forget, { once: true });
    // The write settles with the stream's flow; a loss meanwhile fails `answer` through onClose.
    this.#pipe
      .write(frame)
      .catch(() => this.#fail(id, peerUnreachable(this.#peer, 'the connection was lost', true)));
    return answer.finally(() => signal.removeEventListener('abort', forget));
  }

  async #listen(): Promise<void> {
    try {
      for (;;) {
        const frame = await readFrame(this.#pipe);
        if (!frame) break;
        this.#settle(frame.id, decodeResponse(frame.body));
      }
    } catch (error) {
      if (!(error instanceof PipeClosed)) {
        const why = error instanceof BadFrame ? error.message : 'an answer that makes no sense';
        this.#failAll(peerMisbehaved(this.#peer, why, error));
      }
    } finally {
      this.#pipe.abort('no more answers');
    }
  }

  #settle(id: number, response: ResponseBody): void {
    if (id === 0 || id > this.#lastId) throw new BadFrame('an answer to what was not asked');
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    if ('error' in response) pending?.reject(errorFromRemote(response.error, this.#peer));
    else pending?.resolve(response.body);
  }

  #fail(id: number, error: KoinonError): void {
    this.#pending.get(id)?.reject(error);
    this.#pending.delete(id);
  }

  #failAll(error: KoinonError): void {
    for (const id of [...this.#pending.keys()]) this.#fail(id, error);
  }
}
