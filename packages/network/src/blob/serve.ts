import type { Cid, Hex } from '@koinon/protocol';
import type { PeerLimiter } from '../limiter.ts';
import type { BlobSource } from '../network.ts';
import { type Pipe, PipeClosed } from '../pipe.ts';
import { ABSENT, decodeName, LIMITED, NAME_BYTES, PART_MAX_BYTES, partHeader } from './part.ts';

export interface BlobServerContext {
  source(): BlobSource | undefined;
  limiter: PeerLimiter;
  onFailure(error: unknown, from: Hex): void;
}

/** Gives one peer the parts it asks for, in order, one part ahead of the wire. */
export async function serveParts(pipe: Pipe, from: Hex, context: BlobServerContext): Promise<void> {
  try {
    let next = askedPart(pipe, from, context);
    for (;;) {
      const part = await next;
      if (part === 'ended') return;
      // The next part is fetched from disk while this one is sent.
      next = askedPart(pipe, from, context);
      next.catch(() => {});
      if (typeof part === 'number') await pipe.write(partHeader(part));
      else {
        await pipe.write(partHeader(part.length));
        if (part.length > 0) await pipe.write(part);
      }
    }
  } catch (error) {
    if (!(error instanceof PipeClosed)) throw error;
  } finally {
    pipe.abort('no more parts');
  }
}

async function askedPart(
  pipe: Pipe,
  from: Hex,
  { source, limiter, onFailure }: BlobServerContext,
): Promise<Uint8Array | typeof ABSENT | typeof LIMITED | 'ended'> {
  const name = new Uint8Array(NAME_BYTES);
  if (!(await pipe.read(name))) return 'ended';
  const cid: Cid | undefined = decodeName(name);
  if (cid === undefined) throw new PipeClosed('The peer sent what is no name.');
  const admission = limiter.admit(from, 1);
  if (!admission.admitted) return LIMITED;
  try {
    const part = await source()?.part(cid, from);
    if (!part) return ABSENT;
    if (part.length > PART_MAX_BYTES) throw new Error(`A part of ${part.length} bytes.`);
    return part;
  } catch (error) {
    onFailure(error, from);
    return ABSENT;
  } finally {
    admission.release();
  }
}
