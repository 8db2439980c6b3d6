import {
  bigEndian32,
  concatBytes,
  decodeNode,
  encodeNode,
  MESSAGE_MAX_BYTES,
  schema,
  toWire,
} from '@koinon/protocol';
import { z } from 'zod';
import { messageTooLarge } from '../errors.ts';
import type { Pipe } from '../pipe.ts';

/**
 * A frame on `/koinon/rpc/1`:
 *
 *     +----------------+----------------+---------------------------+
 *     | length, be32   | id, be32       | canonical dag-cbor        |
 *     +----------------+----------------+---------------------------+
 *       of the dag-cbor, 1 .. MESSAGE_MAX_BYTES
 *
 * The opener of the stream asks, the other side answers with the same id, in any order. The id stands before
 * the body so that a request over the limit is answered without parsing it.
 */
export interface Frame {
  id: number;
  body: Uint8Array;
}

const HEADER_BYTES = 8;

/** The other side sent what is no frame; the stream must be closed. */
export class BadFrame extends Error {
  override readonly name = 'BadFrame';
}

const requestSchema = z.strictObject({
  method: z.string().regex(/^[a-z][A-Za-z0-9._/-]{0,63}$/),
  body: z.unknown().optional(),
});
export type RequestBody = z.infer<typeof requestSchema>;

const errorSchema = z.strictObject({
  code: z.string().regex(/^K_[A-Z0-9_]{1,60}$/),
  message: z.string().max(2000),
  fault: z.enum(['user', 'peer', 'chain', 'platform', 'bug']),
  data: z.record(z.string(), z.unknown()),
  next: z.string().max(1000).optional(),
});
const responseSchema = z.union([
  z.strictObject({ error: errorSchema }),
  z.strictObject({ body: z.unknown().optional() }),
]);
export type ResponseBody = z.infer<typeof responseSchema>;
export type RemoteErrorRecord = z.infer<typeof errorSchema>;

/** The frame's bytes. Throws `K_MESSAGE_TOO_LARGE`, and a plain error for what dag-cbor cannot hold. */
export function encodeFrame(id: number, body: RequestBody | ResponseBody): Uint8Array {
  const bytes = encodeNode(toWire(body));
  if (bytes.length > MESSAGE_MAX_BYTES) throw messageTooLarge(bytes.length, MESSAGE_MAX_BYTES, 'message');
  return concatBytes(bigEndian32(bytes.length), bigEndian32(id), bytes);
}

/** The next frame, or `undefined` when the peer ended the stream. Nothing is allocated before its length is checked. */
export async function readFrame(pipe: Pipe): Promise<Frame | undefined> {
  const header = new Uint8Array(HEADER_BYTES);
  if (!(await pipe.read(header))) return undefined;
  const view = new DataView(header.buffer);
  const length = view.getUint32(0);
  if (length === 0 || length > MESSAGE_MAX_BYTES) throw new BadFrame(`a frame of ${length} bytes`);
  const body = new Uint8Array(length);
  if (!(await pipe.read(body))) throw new BadFrame('the stream ended inside a frame');
  return { id: view.getUint32(4), body };
}

/** Throws `BadFrame`. */
export function decodeRequest(body: Uint8Array): RequestBody {
  return decode(body, requestSchema);
}

/** Throws `BadFrame`. */
export function decodeResponse(body: Uint8Array): ResponseBody {
  return decode(body, responseSchema);
}

function decode<T>(body: Uint8Array, shape: z.ZodType<T>): T {
  try {
    return shape.parse(decodeNode(body));
  } catch (cause) {
    throw new BadFrame('a frame that does not parse', { cause });
  }
}

export const methodName = requestSchema.shape.method;
export const operatorAddress = schema.address;
