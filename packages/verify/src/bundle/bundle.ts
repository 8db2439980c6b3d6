import {
  type Cid,
  type Domains,
  decodeNode,
  encodeNode,
  type Hex,
  type JobEvidence,
  KoinonError,
  schema,
  ZERO_ADDRESS,
} from '@koinon/protocol';
import { z } from 'zod';

/** Largest bundle that is read, bytes. */
export const BUNDLE_MAX_BYTES = 512 * 2 ** 20;

/** The one way an address is written here, so that no letter of it can be altered unnoticed. */
const address = z
  .string()
  .regex(/^0x[0-9a-f]{40}$/, 'not an address in lower case')
  .refine(text => text !== ZERO_ADDRESS, 'an address of nothing')
  .transform(text => text as Hex);

/** Contracts under which something in the file is signed, and no others: nothing would tell whether those are right. */
const domainsSchema = z.strictObject({
  chainId: z.number().int().positive(),
  nodes: address,
  datasets: address.optional(),
});

const bundleSchema = z.strictObject({
  koinon: z.literal('bundle/1'),
  /** A passport, or the evidence of one job. */
  root: schema.cid,
  /** The network of a job's signatures; a passport says it itself. `datasets` where there is a grant. */
  domains: domainsSchema.optional(),
  /** A disputed step of that job (`disputeEvidenceSchema`). */
  dispute: schema.cid.optional(),
  blobs: z.record(schema.cid, schema.byteString(BUNDLE_MAX_BYTES)),
});

/** Everything needed to check a passport or a job without asking anybody, in one file. */
export interface Bundle {
  root: Cid;
  /** `ZERO_ADDRESS` stands for a contract under which nothing in the file is signed. */
  domains?: Domains;
  dispute?: Cid;
  /** What stands under each name; whether rightly so, `verifyBundle` tells. */
  blobs: ReadonlyMap<Cid, Uint8Array>;
}

/** Of a network, that under which something in the evidence is signed. */
export function domainsOf({ grant }: JobEvidence, { chainId, nodes, datasets }: Domains): Domains {
  return { chainId, nodes, escrow: ZERO_ADDRESS, datasets: grant ? datasets : ZERO_ADDRESS };
}

/** The bytes of a bundle: canonical dag-cbor. */
export function exportBundle({ root, domains, dispute, blobs }: Bundle): Uint8Array {
  return encodeNode({
    koinon: 'bundle/1',
    root,
    ...(domains ? { domains: written(domains) } : {}),
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
    ...(domains ? { domains: read(domains) } : {}),
    ...(dispute ? { dispute } : {}),
    blobs: new Map(Object.entries(blobs)),
  };
}

function written({ chainId, nodes, datasets }: Domains): z.input<typeof domainsSchema> {
  const lower = (text: Hex) => text.toLowerCase();
  return domainsSchema.parse({
    chainId,
    nodes: lower(nodes),
    ...(datasets === ZERO_ADDRESS ? {} : { datasets: lower(datasets) }),
  });
}

function read({ chainId, nodes, datasets }: z.output<typeof domainsSchema>): Domains {
  return { chainId, nodes, escrow: ZERO_ADDRESS, datasets: datasets ?? ZERO_ADDRESS };
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
