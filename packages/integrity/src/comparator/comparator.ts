import {
  decodeNode,
  encodeNode,
  type Hex,
  KoinonError,
  schema,
  sha256,
  toHex,
  ZERO_32,
} from '@koinon/protocol';
import { z } from 'zod';

/** A tolerance or difference: finite, not negative. */
const tolerance = z.number().nonnegative().finite();

/** How the outputs of two replicas are held against each other. */
export const comparatorSchema = z.discriminatedUnion('kind', [
  /** Every byte of every file. */
  z.strictObject({ kind: z.literal('bytes') }),
  /** Every number of every safetensors or JSON file: |a − b| ≤ atol + rtol·max(|a|, |b|); the rest byte by byte. */
  z.strictObject({ kind: z.literal('allclose'), rtol: tolerance, atol: tolerance }),
  /** One number of metrics.json, by path (`overall.accuracy`): |a − b| ≤ delta. Other files are not looked at. */
  z.strictObject({
    kind: z.literal('metric'),
    path: z
      .string()
      .max(256)
      .regex(/^[^.]+(\.[^.]+)*$/),
    delta: tolerance,
  }),
  /** A program that is run as a job on both outputs (docs/assurance.md says how); its digest is its CID's. */
  z.strictObject({ kind: z.literal('program'), program: schema.bytes32 }),
]);
export type Comparator = z.infer<typeof comparatorSchema>;

const VERSION = 'comparator/1';
/** Bytes of an encoded comparator that are read at all. */
const COMPARATOR_MAX_BYTES = 1024;

export const BYTES_COMPARATOR: Comparator = { kind: 'bytes' };

/** Canonical dag-cbor: one comparator has one encoding. */
export function encodeComparator(comparator: Comparator): Uint8Array {
  return encodeNode({ koinon: VERSION, ...comparator, ...floats(comparator) });
}

/** Throws `K_BAD_COMPARATOR`. */
export function decodeComparator(bytes: Uint8Array): Comparator {
  if (bytes.length > COMPARATOR_MAX_BYTES) throw badComparator('it is too long');
  let value: unknown;
  try {
    value = decodeNode(bytes);
  } catch (cause) {
    throw badComparator('it is not canonical dag-cbor', cause);
  }
  const { koinon, ...terms } = (value ?? {}) as Record<string, unknown>;
  const parsed = comparatorSchema.safeParse(terms);
  if (koinon !== VERSION || !parsed.success) throw badComparator('its terms are not known', parsed.error);
  return parsed.data;
}

/** What `Order.comparator` holds: sha-256 of the encoding; 32 zero bytes for `bytes`, the default. */
export function comparatorDigest(comparator: Comparator): Hex {
  return comparator.kind === 'bytes' ? ZERO_32 : toHex(sha256(encodeComparator(comparator)));
}

/** −0 has an encoding of its own: it becomes 0. */
function floats(comparator: Comparator): Partial<Record<'rtol' | 'atol' | 'delta', number>> {
  if (comparator.kind === 'allclose') return { rtol: comparator.rtol + 0, atol: comparator.atol + 0 };
  return comparator.kind === 'metric' ? { delta: comparator.delta + 0 } : {};
}

export function badComparator(reason: string, cause?: unknown): KoinonError {
  return new KoinonError({
    code: 'K_BAD_COMPARATOR',
    message: `The comparator cannot be used: ${reason}.`,
    fault: 'user',
    cause,
    next: 'Use bytes, allclose:RTOL,ATOL, metric:PATH,DELTA or program:DIGEST.',
  });
}
