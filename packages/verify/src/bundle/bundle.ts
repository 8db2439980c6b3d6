import { type Cid, type Domains, decodeNode, encodeNode, KoinonError, schema } from '@koinon/protocol';
import { z } from 'zod';

/** Largest bundle that is read, bytes. */
export const BUNDLE_MAX_BYTES = 512 * 2 ** 20;

const domainsSchema = z.strictObject({
  chainId: z.number().int().positive(),
  nodes: schema.address,
  escrow: schema.address,
  datasets: schema.address,
});

const bundleSchema = z.strictObject({
  koinon: z.literal('bundle/1'),
  /** A passport, or the evidence of one job. */
  root: schema.cid,
  /** The network of a job's signatures; a passport says it itself. */
  domains: domainsSchema.optional(),
  /** A disputed step of that job (`disputeEvidenceSchema`). */
  dispute: schema.cid.optional(),
  blobs: z.record(schema.cid, schema.byteString(BUNDLE_MAX_BYTES)),
});

/** Everything needed to check a passport or a job without asking anybody, in one file. */
export interface Bundle {
  root: Cid;
  domains?: Domains;
  dispute?: Cid;
  /** What stands under each name; whether rightly so, `verifyBundle` tells. */
  blobs: ReadonlyMap<Cid, Uint8Array>;
}

/** The bytes of a bundle: canonical dag-cbor. */
export function exportBundle({ root, domains, dispute, blobs }: Bundle): Uint8Array {
  return encodeNode({
    koinon: 'bundle/1',
    root,
    ...(domains ? { domains: domainsSchema.parse(domains) } : {}),
    ...(dispute ? { dispute } : {}),
    blobs: Object.fromEntries(blobs),
  });
}

/** The bundle in these bytes. Throws `K_BAD_BUNDLE` when they hold none. */
export function readBundle(bytes: Uint8Array): Bundle {
  if (bytes.length > BUNDLE_MAX_BYTES) throw badBundle(`it is longer than ${BUNDLE_MAX_BYTES} bytes`);
  let value: unknown;
  try {
    value = decodeNode(bytes);
  } catch (cause) {
    throw badBundle('its bytes cannot be read', cause);
  }
  const parsed = bundleSchema.safeParse(value);
  if (!parsed.success) throw badBundle(z.prettifyError(parsed.error));
  const { root, domains, dispute, blobs } = parsed.data;
  return {
    root,
    ...(domains ? { domains } : {}),
    ...(dispute ? { dispute } : {}),
    blobs: new Map(Object.entries(blobs)),
  };
}

function badBundle(reason: string, cause?: unknown): KoinonError {
  return new KoinonError({
    code: 'K_BAD_BUNDLE',
    message: `This is no whole bundle: ${reason}. It was altered, cut short, or is another kind of file.`,
    fault: 'user',
    next: 'Get the file again, or make a new one with "koinon verify NAME --export FILE".',
    cause,
  });
}
