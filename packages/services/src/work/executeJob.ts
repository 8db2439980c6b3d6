import { type ExecutionResult, openingOf } from '@koinon/executors/port';
import type { NodePorts } from '@koinon/kernel';
import { gatherInputs, keepSecret, openSecret, releaseOutputs } from '@koinon/kernel';
import {
  type Cid,
  cidOfBytes,
  concatBytes,
  decodeManifest,
  fileList,
  KoinonError,
  toHex,
  ZERO_32,
} from '@koinon/protocol';
import type { Custody } from '../custody/port.ts';
import type { Job, JobResult } from './jobBook.ts';

/** What a job needs beyond its manifest. */
export interface JobSetting {
  /** Of a private job, where this node holds its dataset. */
  custody: Custody | undefined;
  maxRunMs: number;
  maxMemoryBytes: number;
  /** What the job costs, base units, given its fuel. */
  price(fuel: bigint): bigint;
}

/** Runs a manifest, sends private outputs through the gate, and keeps what came out; returns what to seal. */
export async function executeJob(
  ports: Pick<
    NodePorts,
    'store' | 'network' | 'executor' | 'gate' | 'random' | 'checkpoint' | 'checkpointsOf' | 'alterResult'
  >,
  job: Job,
  setting: JobSetting,
  options: { signal: AbortSignal; onProgress(fraction: number): void },
): Promise<JobResult> {
  const manifest = decodeManifest(job.manifest);
  const { custody } = setting;
  if (manifest.private && !custody) throw ungated();
  const inputs = await gatherInputs(ports, manifest, [job.order.message.requester], custody, options.signal);
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
  // Nobody asks for the roots of a private job: no juror may see its rows, and its auditor makes them itself.
  const roots = manifest.private ? undefined : await keepRoots(ports, result);
  const { exitCode, outputs } = result;
  const { files, gated } = await releaseOutputs(
    ports,
    { manifest, exitCode, outputs, inputs: inputs.files, salt },
    custody && { policy: custody.policy, description: custody.description, record: custody.record },
  );
  const released = fileList(files).map(entry => ({ ...entry, cid: cidOfBytes(files.get(entry.name)!) }));
  const kept: Cid[] = [];
  for (const { name, cid } of released) {
    const bytes = files.get(name)!;
    if (manifest.private) kept.push(await keepSecret(ports.store, bytes, salt));
    else await keepAs(ports, cid, bytes, 'public');
  }
  const verdict = gated && (await ports.store.blobs.putNode(gated.verdict, 'private'));
  return {
    opening: openingOf(result, salt),
    leafSalt: manifest.private ? toHex(ports.random()) : ZERO_32,
    ...(roots === undefined ? {} : { roots }),
    released,
    ...(manifest.private ? { kept } : {}),
    ...(verdict === undefined ? {} : { verdict }),
    ...(gated ? { reasons: gated.reasons } : {}),
    amount: setting.price(result.fuel),
    wallMs: result.wallMs,
  };
}

/** The state roots of all steps as one blob, 32 bytes each: what auditors and a court may ask for. */
async function keepRoots(
  ports: Pick<NodePorts, 'store'>,
  { stepRoots }: ExecutionResult,
): Promise<Cid | undefined> {
  return stepRoots && ports.store.blobs.put(concatBytes(...stepRoots), 'public');
}

function ungated(): KoinonError {
  return new KoinonError({
    code: 'K_POLICY_MISSING',
    message: 'The dataset of the job is not here, nor its policy, so nothing of the job leaves.',
    fault: 'platform',
  });
}

/**
 * Puts what left a private job under its own name, for its requester. Not before it may be seen: a name that is here, or a
 * public file that is hidden since it was written again in private, could be asked for. Safe to repeat.
 */
export async function unveil(
  ports: Pick<NodePorts, 'store'>,
  { released, kept = [] }: Pick<JobResult, 'released' | 'kept'>,
): Promise<void> {
  const { blobs } = ports.store;
  for (const [i, cid] of kept.entries()) {
    const bytes = await blobs.get(cid);
    const name = released[i]!.cid;
    if (bytes && blobs.visibility(name) !== 'public') await keepAs(ports, name, openSecret(bytes), 'private');
  }
}

async function keepAs(
  { store }: Pick<NodePorts, 'store'>,
  cid: Cid,
  bytes: Uint8Array,
  visibility: 'public' | 'private',
): Promise<void> {
  if ((await store.blobs.put(bytes, visibility)) === cid) return;
  throw new KoinonError({ code: 'K_STORE_NAME', message: 'The store named a blob wrongly.', fault: 'bug' });
}
