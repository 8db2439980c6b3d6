import type { NodePorts } from '@koinon/kernel';
import { boundOf } from '@koinon/privacy';
import {
  decodeManifest,
  decodeNode,
  encodeManifest,
  type GrantRequest,
  type Manifest,
  readDescription,
  type Signed,
  signStatement,
  statementDigest,
  termsDigest,
  toHex,
  type WireRequest,
} from '@koinon/protocol';
import type { HeldDataset } from '@koinon/services/custody';
import { COHORT_TARGET } from '@koinon/tabular';
import type { Member } from './seededNetwork.ts';

/** A draft over a dataset's training rows, whose only file is metrics of training. */
export function privateDraft(dataset: HeldDataset, change: Partial<Manifest> = {}): Uint8Array {
  const { id, contentRoot } = dataset;
  const source = { dataset: { id: id.toString(), contentRoot, rows: 'training' as const } };
  return encodeManifest({
    koinon: 'manifest/2',
    executor: 'wasm',
    profile: 'koinon-det-1',
    program: 'bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy',
    inputs: [{ name: 'table.safetensors', source }],
    params: { target: COHORT_TARGET },
    seed: new Uint8Array(32),
    timeMs: 0,
    limits: { fuel: 1e9, stepFuel: 1e9, memoryPages: 1, callDepth: 8, outputBytes: 4096 },
    outputs: [{ name: 'metrics.json', class: 'metrics', maxBytes: 4096 }],
    private: true,
    ...change,
  });
}

export type AskedGrant = WireRequest<'grant.request'> & { digest: `0x${string}` };

/** A signed request for a dataset in a member's custody, as a requester with software of its own can make it. */
export async function handmadeRequest(
  { clock, signer, deployment, random }: Pick<NodePorts, 'clock' | 'signer' | 'deployment' | 'random'>,
  { store }: Member,
  dataset: HeldDataset,
  options: { draft?: Uint8Array; change?: Partial<GrantRequest>; signature?: `0x${string}` } = {},
): Promise<AskedGrant> {
  const manifest = options.draft ?? privateDraft(dataset);
  const { policy } = dataset;
  const draft = decodeManifest(manifest);
  const description = readDescription(decodeNode((await store.blobs.get(dataset.metadata))!));
  const message: GrantRequest = {
    dataset: dataset.id,
    requester: signer.address,
    terms: termsDigest(draft),
    purpose: 'Count.',
    token: policy.token,
    maxAmount: policy.amount + policy.dryRunAmount,
    bits: BigInt(boundOf(policy, draft, description)?.bits ?? 0),
    microRho: 0n,
    uses: 1,
    expiresAt: BigInt(Math.floor(clock.nowMs() / 1000)) + 3600n,
    nonce: toHex(random()),
    ...options.change,
  };
  const request: Signed<'GrantRequest'> = options.signature
    ? { message, signature: options.signature }
    : await signStatement('GrantRequest', message, deployment, signer);
  return { request, manifest, digest: statementDigest('GrantRequest', message, deployment) };
}
