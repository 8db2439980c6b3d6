import {
  type Cid,
  cidOfDigest,
  DAG_CBOR,
  decodeNode,
  type Grant,
  type Hex,
  type Manifest,
  type Policy,
  policySchema,
  readDescription,
  type TableDescription,
  verdictSchema,
} from '@koinon/protocol';
import { findBlob, readBlob } from '../blob.ts';
import type { Sources } from '../sources.ts';

/** The record of each dataset by its id, where a passport names it. */
export type Records = ReadonlyMap<string, Cid>;

/** What the gate of a private job decided by, as far as it is at hand here; all of it is public. */
export interface GateTerms {
  /** The owner's rules, under the digest that the permission names; `wrong` where other bytes were given for them. */
  policy: Policy | 'wrong' | undefined;
  /** What the dataset's record says of its table. */
  description: TableDescription | undefined;
  /** The record as a passport or the chain names it. */
  record: { cid: Cid; isOfToday: boolean } | undefined;
  /** True for the record the chain names now: it may be newer than the job. A passport names the one of its time. */
  isRecordOfToday: boolean;
}

/** The name rules are published under: their digest is that of their canonical dag-cbor. */
export function policyCid(digest: Hex): Cid {
  return cidOfDigest(digest, DAG_CBOR);
}

/** The record that the gate went by, as its verdict says; undefined where the verdict cannot be read. */
export function recordIn(verdict: Uint8Array): Cid | undefined {
  try {
    return cidOfDigest(verdictSchema.parse(decodeNode(verdict)).record, DAG_CBOR);
  } catch {
    return undefined;
  }
}

/** What is at hand of the terms of a job under a permission. Never throws: what nobody gives is undefined. */
export async function readGateTerms(
  grant: Grant,
  manifest: Manifest,
  sources: Sources,
  records: Records,
  verdict: Cid | undefined,
): Promise<GateTerms> {
  const known = await knownRecord(grant, manifest, sources, records);
  const judged = await judgedBy(verdict, sources);
  const record = known?.isOfToday === false ? known.cid : (judged ?? known?.cid);
  return {
    policy: await readPolicy(grant.policy, sources),
    description: record === undefined ? undefined : await readRecord(record, sources),
    record: known,
    isRecordOfToday: judged === undefined && known?.isOfToday === true,
  };
}

async function readPolicy(digest: Hex, sources: Sources): Promise<GateTerms['policy']> {
  try {
    const found = await findBlob(sources, policyCid(digest));
    if (found.state === 'missing') return undefined;
    if (found.state === 'wrong') return 'wrong';
    const parsed = policySchema.safeParse(decodeNode(found.bytes));
    return parsed.success ? parsed.data : 'wrong';
  } catch {
    return undefined;
  }
}

/** The record of the dataset, by who names it: a passport that of its time, the chain that of today. */
async function knownRecord(
  grant: Grant,
  { inputs }: Manifest,
  sources: Sources,
  records: Records,
): Promise<{ cid: Cid; isOfToday: boolean } | undefined> {
  const [used] = inputs.flatMap(({ source }) => ('dataset' in source ? [source.dataset] : []));
  if (!used) return undefined;
  const named = records.get(used.id);
  if (named) return { cid: named, isOfToday: false };
  const record = await sources.dataset?.(grant.dataset).catch(() => undefined);
  const isSame = record?.contentRoot.toLowerCase() === used.contentRoot;
  return record && isSame
    ? { cid: cidOfDigest(record.metadataDigest, DAG_CBOR), isOfToday: true }
    : undefined;
}

async function judgedBy(verdict: Cid | undefined, sources: Sources): Promise<Cid | undefined> {
  const bytes = verdict && (await readBlob(sources, verdict));
  return bytes && recordIn(bytes);
}

async function readRecord(cid: Cid, sources: Sources): Promise<TableDescription | undefined> {
  const bytes = await readBlob(sources, cid);
  try {
    return bytes && readDescription(decodeNode(bytes));
  } catch {
    return undefined;
  }
}
