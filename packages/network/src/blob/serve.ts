import type { Cid, Clock, Hex } from '@koinon/protocol';
import type { PeerLimiter } from '../limiter.ts';
import type { BlobSource } from '../network.ts';
import { type Pipe, PipeClosed, writeWithin } from '../pipe.ts';
import { ABSENT, decodeName, LIMITED, NAME_BYTES, PART_MAX_BYTES, partHeader } from './part.ts';

export interface BlobServerContext {
  source(): BlobSource | undefined;
  limiter: PeerLimiter;
  clock: Clock;
  writeTimeoutMs: number;
  onFailure(error: unknown, from: Hex): void;
}

interface Answer {
  header: Uint8Array;
  part?: Uint8Array;
  release(): void;
}

/** Gives one peer the parts it asks for, in order, one part ahead of the wire. */
export async function serveParts(pipe: Pipe, from: Hex, context: BlobServerContext): Promise<void> {
  const send = (bytes: Uint8Array) => writeWithin(pipe, bytes, context.writeTimeoutMs, context.clock);
  let next = answerNext(pipe, from, context);
  try {
    for (;;) {
      const answer = await next;
      if (!answer) return;
      // The next part is fetched from disk while this one is sent.
      next = answerNext(pipe, from, context);
      next.catch(() => {});
      try {
        await send(answer.header);
        if (answer.part) await send(answer.part);
      } finally {
        answer.release();
      }
    }
  } catch (error) {
    if (!(error instanceof PipeClosed)) throw error;
  } finally {
    pipe.abort('no more parts');
    next.then(
      answer => answer?.release(),
      () => {},
    );
  }
}

/** The answer to the next name, or `undefined` when the peer ended. Its place is held until it is sent. */
async function answerNext(
  pipe: Pipe,
  from: Hex,
  { source, limiter, onFailure }: BlobServerContext,
): Promise<Answer | undefined> {
  const name = new Uint8Array(NAME_BYTES);
  if (!(await pipe.read(name))) return undefined;
  const cid: Cid | undefined = decodeName(name);
  if (cid === undefined) throw new PipeClosed('The peer sent what is no name.');
  const admission = limiter.admit(from, 1);
  if (!admission.admitted) return { header: partHeader(LIMITED), release: () => {} };
  const { release } = admission;
  try {
    const part = await source()?.part(cid, from);
    if (!part) return { header: partHeader(ABSENT), release };
    if (part.length > PART_MAX_BYTES) throw new Error(`A part of ${part.length} bytes.`);
    return part.length === 0
      ? { header: partHeader(0), release }
      : { header: partHeader(part.length), part, release };
  } catch (error) {
    onFailure(error, from);
    return { header: partHeader(ABSENT), release };
  }
}
