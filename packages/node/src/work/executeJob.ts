import { type ExecutionResult, openingOf } from '@koinon/executors';
import { applyGate } from '@koinon/privacy';
import {
  type Cid,
  cidOfBytes,
  concatBytes,
  decodeManifest,
  type FileEntry,
  fileList,
  type Hex,
  KoinonError,
  type Manifest,
  type Policy,
  priceOf,
  toHex,
  ZERO_32,
} from '@koinon/protocol';
import type { BlobReaders } from '../blobs/blobReaders.ts';
import { obtainBlob } from '../blobs/obtainBlob.ts';
import type { NodePorts } from '../ports/ports.ts';
import type { Job, JobResult } from './jobBook.ts';

/** Most bytes of program and public inputs that a node fetches, and holds in memory, for one job of a stranger. */
export const INPUT_MAX_BYTES = 256 * 2 ** 20;

/** What a job needs beyond its manifest. */
export interface JobSetting {
  /** The private content by dataset id, where this node holds it. */
  content(datasetId: bigint): Promise<Uint8Array>;
  /** The gate's policy of a private job. */
  policy: Policy | undefined;
  maxRunMs: number;
  maxMemoryBytes: number;
  /** What the job costs, base units, given its fuel and how many artefacts left. */
  price(fuel: bigint, releasedCount: number): bigint;
}

/** Runs a manifest, sends private outputs through the gate, and keeps what came out; returns what to seal. */
export async function executeJob(
  ports: Pick<
    NodePorts,
    'store' | 'network' | 'executor' | 'random' | 'checkpoint' | 'checkpointsOf' | 'alterResult'
  >,
  readers: BlobReaders,
  job: Job,
  setting: JobSetting,
  options: { signal: AbortSignal; onProgress(fraction: number): void },
): Promise<JobResult> {
  const manifest = decodeManifest(job.manifest);
  const requester = job.order.message.requester;
  const inputs = await gatherInputs(ports, manifest, [requester], setting, options.signal);
  const checkpoints = ports.checkpointsOf?.(job.orderDigest);
  const ran = await ports.executor.run(
    { manifest, program: inputs.program, inputs: inputs.files },
    {
      ...(checkpoints ? { checkpoints } : {}),
      signal: options.signal,
      maxRunMs: setting.maxRunMs,
      maxMemoryBytes: setting.maxMemoryBytes,
      onProgress: (progress: { fuelUsed: bigint }) =>
        options.onProgress(Number(progress.fuelUsed) / manifest.limits.fuel),
    },
  );
  const result = ports.alterResult?.(ran) ?? ran;
  await ports.checkpoint('execution-done');
  const salt = manifest.private ? toHex(ports.random()) : ZERO_32;
  // Anyone can make the raw outputs of a public job again; a private one's stay here, for its auditor and a court.
  const raw = manifest.private ? await keepFiles(ports, result.outputs, 'private') : [];
  const visibility = manifest.private ? 'private' : 'public';
  const roots = await keepRoots(ports, result, visibility);
  const outputs = result.exitCode === 0 ? result.outputs : new Map<string, Uint8Array>();
  if (manifest.private && !setting.policy) throw ungated();
  const gated = setting.policy
    ? applyGate({ policy: setting.policy, manifest, outputs, inputs: inputs.files })
    : undefined;
  const releasedFiles = gated ? gated.released : withinCaps(outputs, manifest);
  const released = await keepFiles(ports, releasedFiles, visibility);
  for (const file of released) readers.allow(file.cid, requester);
  const verdict = gated ? await ports.store.blobs.putNode(gated.verdict, 'private') : undefined;
  if (verdict !== undefined) readers.allow(verdict, requester);
  return {
    opening: openingOf(result, salt),
    leafSalt: manifest.private ? toHex(ports.random()) : ZERO_32,
    raw,
    ...(roots === undefined ? {} : { roots }),
    released,
    ...(verdict === undefined ? {} : { verdict }),
    amount: setting.price(result.fuel, released.length),
    wallMs: result.wallMs,
  };
}

/** The state roots of all steps as one blob, 32 bytes each: what auditors and a court may ask for. */
async function keepRoots(
  ports: Pick<NodePorts, 'store'>,
  { stepRoots }: ExecutionResult,
  visibility: 'public' | 'private',
): Promise<Cid | undefined> {
  return stepRoots && ports.store.blobs.put(concatBytes(...stepRoots), visibility);
}

/** Program and input files of a manifest, by name; from this node's store, its datasets, or the peers. */
export async function gatherInputs(
  ports: Pick<NodePorts, 'store' | 'network'>,
  manifest: Manifest,
  peers: readonly Hex[],
  setting: Pick<JobSetting, 'content'>,
  signal: AbortSignal,
): Promise<{ program: Uint8Array; files: Map<string, Uint8Array> }> {
  let leftBytes = INPUT_MAX_BYTES;
  const fetchPublic = async (cid: Cid) => {
    const bytes = await obtainBlob(ports, cid, peers, { maxBytes: leftBytes, visibility: 'public', signal });
    leftBytes -= bytes.length;
    if (leftBytes >= 0) return bytes;
    throw new KoinonError({
      code: 'K_INPUTS_TOO_LARGE',
      message: `Program and public inputs of one job may have ${INPUT_MAX_BYTES} bytes together.`,
      fault: 'user',
    });
  };
  const program = await fetchPublic(manifest.program);
  const files = new Map<string, Uint8Array>();
  for (const { name, source } of manifest.inputs) {
    files.set(
      name,
      'cid' in source ? await fetchPublic(source.cid) : await setting.content(BigInt(source.dataset.id)),
    );
  }
  return { program, files };
}

function ungated(): KoinonError {
  return new KoinonError({
    code: 'K_POLICY_MISSING',
    message: 'The policy of the dataset is not here, so nothing of the job leaves.',
    fault: 'platform',
  });
}

/** A public job has no gate, but no undeclared or oversized file leaves either. */
function withinCaps(outputs: ReadonlyMap<string, Uint8Array>, manifest: Manifest): Map<string, Uint8Array> {
  return new Map(
    [...outputs].filter(([name, bytes]) => {
      const declared = manifest.outputs.find(file => file.name === name);
      return declared !== undefined && bytes.length <= declared.maxBytes;
    }),
  );
}

async function keepFiles(
  ports: Pick<NodePorts, 'store'>,
  files: ReadonlyMap<string, Uint8Array>,
  visibility: 'public' | 'private',
): Promise<(FileEntry & { cid: Cid })[]> {
  const entries: (FileEntry & { cid: Cid })[] = [];
  for (const entry of fileList(files)) {
    const bytes = files.get(entry.name)!;
    const cid = await ports.store.blobs.put(bytes, visibility);
    if (cid !== cidOfBytes(bytes)) {
      throw new KoinonError({
        code: 'K_STORE_NAME',
        message: 'The store named a blob wrongly.',
        fault: 'bug',
      });
    }
    entries.push({ ...entry, cid });
  }
  return entries;
}

/** Price of public work by this node's offer, never above what the order allows. */
export function offeredPrice(offer: { baseAmount: bigint; gigafuelAmount: bigint }, maxAmount: bigint) {
  return (fuel: bigint): bigint => {
    const price = priceOf(offer, fuel);
    return price < maxAmount ? price : maxAmount;
  };
}
