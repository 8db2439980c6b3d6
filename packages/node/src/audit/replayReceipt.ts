import { type ExecutionResult, openingOf } from '@koinon/executors';
import type { Trace } from '@koinon/integrity';
import { applyGate } from '@koinon/privacy';
import {
  cidOfNode,
  contentRoot,
  decodeManifest,
  digestOfCid,
  executionCommitment,
  fileList,
  fileListDigest,
  fromHex,
  type Hex,
  KoinonError,
  type Manifest,
  policyDigest,
  toHex,
  type WireResponse,
  ZERO_32,
} from '@koinon/protocol';
import { obtainBlob } from '../blobs/obtainBlob.ts';
import type { NodePorts } from '../ports/ports.ts';
import { gatherInputs, INPUT_MAX_BYTES } from '../work/executeJob.ts';

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
  ports: Pick<NodePorts, 'store' | 'network' | 'executor'>,
  material: WireResponse<'audit.material'>,
  limits: { maxRunMs: number; maxMemoryBytes: number },
  signal: AbortSignal,
): Promise<Replay> {
  const { receipt, order, opening } = material;
  const manifest = decodeManifest(material.manifest);
  const peers = [receipt.message.provider, order.message.requester];
  const inputs = await gatherInputs(
    ports,
    manifest,
    peers,
    { content: id => privateContent(ports, material, manifest, id, signal) },
    signal,
  );
  const result = await ports.executor.run(
    { manifest, program: inputs.program, inputs: inputs.files },
    { signal, ...limits },
  );
  const own = openingOf(result, opening.salt);
  const execution = executionCommitment(own);
  const outputs = result.exitCode === 0 ? result.outputs : new Map<string, Uint8Array>();
  const gated =
    manifest.private && material.policy
      ? applyGate({ policy: material.policy, manifest, outputs, inputs: inputs.files })
      : undefined;
  const released = gated
    ? gated.released
    : new Map([...outputs].filter(([name, bytes]) => isDeclared(manifest, name, bytes.length)));
  const output = fileListDigest(fileList(released));
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

/** An execution as a court looks at it. */
export function traceOf(result: ExecutionResult): Trace | undefined {
  const { exitCode, fuel, rawOutput } = openingOf(result, ZERO_32);
  return result.stepRoots && { roots: result.stepRoots.map(toHex), end: { exitCode, fuel, rawOutput } };
}

function isDeclared(manifest: Manifest, name: string, size: number): boolean {
  const file = manifest.outputs.find(declared => declared.name === name);
  return file !== undefined && size <= file.maxBytes;
}

async function privateContent(
  ports: Pick<NodePorts, 'store' | 'network'>,
  material: WireResponse<'audit.material'>,
  manifest: Manifest,
  id: bigint,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const { content, policy, grant, receipt } = material;
  if (!content || !policy || !grant || policyDigest(policy) !== grant.message.policy) {
    throw unopened('the custodian did not open the content and the policy the grant names');
  }
  const bytes = await obtainBlob(ports, content.cid, [receipt.message.provider], {
    maxBytes: INPUT_MAX_BYTES,
    visibility: 'private',
    // A copy is lent for one replay: rows that are not here cannot be taken from here.
    keep: false,
    signal,
  });
  const root = contentRoot(bytes, fromHex(content.salt));
  const named = manifest.inputs.some(
    ({ source }) =>
      'dataset' in source && source.dataset.id === id.toString() && source.dataset.contentRoot === root,
  );
  if (!named) throw unopened('the content it opened does not have the root the manifest names');
  return bytes;
}

function unopened(reason: string): KoinonError {
  return new KoinonError({ code: 'K_AUDIT_UNOPENED', message: `Cannot replay: ${reason}.`, fault: 'peer' });
}
