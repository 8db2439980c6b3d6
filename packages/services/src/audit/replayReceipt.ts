import { openingOf } from '@koinon/executors/port';
import type { Trace } from '@koinon/integrity';
import type { NodePorts } from '@koinon/kernel';
import {
  type DatasetSource,
  type GateTerms,
  gatherInputs,
  INPUT_MAX_BYTES,
  type JobLimits,
  obtainBlob,
  openSecret,
  type PrivateRows,
  releaseOutputs,
  traceOf,
} from '@koinon/kernel';
import {
  cidOfNode,
  contentRoot,
  decodeManifest,
  decodeNode,
  digestOfCid,
  executionCommitment,
  fileList,
  fileListDigest,
  fromHex,
  type Hex,
  KoinonError,
  policyDigest,
  readDescription,
  type WireResponse,
  ZERO_32,
} from '@koinon/protocol';
import { partOf } from '@koinon/tabular';

export interface Replay {
  /** This node's own commitment, under the provider's salt. */
  execution: Hex;
  /** True when raw output, fuel, trace and exit, what left, and the gate's verdict are all as the receipt says. */
  agrees: boolean;
  /** This node's own execution step by step; undefined where the executor tells no steps. */
  trace: Trace | undefined;
  /** What differs, for people; empty when all agrees. */
  differences: string[];
}

/** Runs a receipt's manifest again and compares everything the receipt commits to. */
export async function replayReceipt(
  ports: Pick<NodePorts, 'store' | 'network' | 'executor' | 'gate' | 'chain'>,
  material: WireResponse<'audit.material'>,
  { maxRunMs, maxMemoryBytes }: Pick<JobLimits, 'maxRunMs' | 'maxMemoryBytes'>,
  signal: AbortSignal,
): Promise<Replay> {
  const { receipt, order, opening } = material;
  const manifest = decodeManifest(material.manifest);
  const peers = [receipt.message.provider, order.message.requester];
  const custody = manifest.private ? await openCustody(ports, material, signal) : undefined;
  const inputs = await gatherInputs(ports, manifest, peers, custody, signal);
  const result = await ports.executor.run(
    { manifest, program: inputs.program, inputs: inputs.files },
    { signal, maxRunMs, maxMemoryBytes },
  );
  const own = openingOf(result, opening.salt);
  const execution = executionCommitment(own);
  const { exitCode, outputs } = result;
  const { files, gated } = await releaseOutputs(
    ports,
    { manifest, exitCode, outputs, inputs: inputs.files, salt: opening.salt },
    custody && { policy: custody.policy, description: custody.description, record: custody.record },
  );
  const output = fileListDigest(fileList(files));
  const verdict = gated ? digestOfCid(cidOfNode(gated.verdict)) : ZERO_32;
  const differences = [
    ...(own.exitCode === opening.exitCode ? [] : ['exit code']),
    ...(own.fuel === opening.fuel ? [] : ['fuel']),
    ...(own.rawOutput === opening.rawOutput ? [] : ['raw output']),
    ...(own.trace === opening.trace ? [] : ['trace']),
    ...(execution === receipt.message.execution ? [] : ['execution commitment']),
    ...(output === receipt.message.output ? [] : ['released output']),
    ...(verdict === receipt.message.verdict ? [] : ['verdict of the gate']),
  ];
  return { execution, agrees: differences.length === 0, trace: traceOf(result), differences };
}

/** What the custodian opens to the auditor its owner named, held against the chain: policy, record and rows. */
async function openCustody(
  ports: Pick<NodePorts, 'store' | 'network' | 'chain'>,
  material: WireResponse<'audit.material'>,
  signal: AbortSignal,
): Promise<GateTerms & PrivateRows> {
  const { content, policy, grant, metadata, receipt } = material;
  if (!content || !policy || !grant || !metadata || policyDigest(policy) !== grant.message.policy) {
    throw unopened('the custodian did not open the content, the record and the policy the grant names');
  }
  const { provider } = receipt.message;
  const record = await ports.chain.datasets.get(grant.message.dataset);
  if (record?.metadataDigest !== digestOfCid(metadata))
    throw unopened('the record it opened is not the one on chain');
  const bytes = await obtainBlob(ports, metadata, [provider], {
    maxBytes: INPUT_MAX_BYTES,
    visibility: 'public',
    signal,
  });
  return {
    policy,
    description: readDescription(decodeNode(bytes)),
    record: digestOfCid(metadata),
    content: source => privateRows(ports, { content, provider, source }, signal),
  };
}

async function privateRows(
  ports: Pick<NodePorts, 'store' | 'network'>,
  opened: { content: { cid: string; salt: Hex }; provider: Hex; source: DatasetSource },
  signal: AbortSignal,
): Promise<Uint8Array> {
  const { content, provider, source } = opened;
  const kept = await obtainBlob(ports, content.cid, [provider], {
    maxBytes: INPUT_MAX_BYTES,
    visibility: 'private',
    // A copy is lent for one replay: rows that are not here cannot be taken from here.
    keep: false,
    signal,
  });
  const bytes = openSecret(kept);
  if (contentRoot(bytes, fromHex(content.salt)) !== source.contentRoot)
    throw unopened('the content it opened does not have the root the manifest names');
  return partOf(bytes, source.rows);
}

function unopened(reason: string): KoinonError {
  return new KoinonError({ code: 'K_AUDIT_UNOPENED', message: `Cannot replay: ${reason}.`, fault: 'peer' });
}
