import type { ChannelParams } from '@koinon/chain';
import type { NodePorts } from '@koinon/kernel';
import { ask } from '@koinon/kernel';
import { boundOf } from '@koinon/privacy';
import {
  assurances,
  decodeManifest,
  decodeNode,
  drawOfUse,
  encodeManifest,
  type GrantRequest,
  type Hex,
  KoinonError,
  type Manifest,
  type Order,
  readDescription,
  type Signed,
  sha256,
  signStatement,
  statementDigest,
  termsDigest,
  toHex,
  type WireRequest,
  ZERO_32,
  ZERO_ADDRESS,
} from '@koinon/protocol';
import type { HeldDataset } from '@koinon/services/custody';

/** What a requester that writes its own software can send, for tests that do. */
export type Submission = WireRequest<'order.submit'>;

/** A channel with this deposit, opened by hand. */
export async function openChannel(
  { chain, signer, deployment }: NodePorts,
  payee: Hex,
  amount: bigint,
  number = 1n,
): Promise<ChannelParams> {
  const { token } = deployment;
  await chain.escrow.deposit(token, amount);
  const { params } = await chain.escrow.openChannel({
    payee,
    token,
    number,
    amount,
    signer: signer.address,
  });
  return params;
}

export function publicManifest(program: string, change: Partial<Manifest> = {}): Uint8Array {
  return encodeManifest({
    koinon: 'manifest/2',
    executor: 'wasm',
    profile: 'koinon-det-1',
    program,
    inputs: [],
    params: {},
    seed: new Uint8Array(32),
    timeMs: 0,
    limits: { fuel: 1e9, stepFuel: 1e9, memoryPages: 1, callDepth: 8, outputBytes: 4096 },
    outputs: [{ name: 'table.bin', class: 'table', maxBytes: 4096 }],
    private: false,
    ...change,
  });
}

/** A grant for one use of the dataset by this manifest, from a custodian that approves by itself. */
export async function grantFor(
  { clock, signer, deployment, random, network }: NodePorts,
  custodian: Hex,
  dataset: HeldDataset,
  manifest: Uint8Array,
): Promise<Signed<'Grant'>> {
  const record = await network.fetchBlob(custodian, dataset.metadata, { maxBytes: 2 ** 20 });
  const bound = boundOf(dataset.policy, decodeManifest(manifest), readDescription(decodeNode(record)));
  const message: GrantRequest = {
    dataset: dataset.id,
    requester: signer.address,
    terms: termsDigest(decodeManifest(manifest)),
    purpose: 'Count.',
    token: dataset.policy.token,
    maxAmount: dataset.policy.amount + dataset.policy.dryRunAmount,
    bits: BigInt(bound?.bits ?? 0),
    microRho: 0n,
    uses: 1,
    expiresAt: BigInt(Math.floor(clock.nowMs() / 1000)) + 3600n,
    nonce: toHex(random()),
  };
  const request = await signStatement('GrantRequest', message, deployment, signer);
  const answer = await ask(network, custodian, 'grant.request', { request, manifest });
  if (answer.status !== 'approved') {
    throw new KoinonError({
      code: 'K_TEST_UNGRANTED',
      message: `The request is ${answer.status}.`,
      fault: 'user',
    });
  }
  return answer.grant;
}

/** The manifest of one use of a grant: with the seed and time that follow from it. */
export function drawnManifest(draft: Uint8Array, grant: Signed<'Grant'>, use = 0): Uint8Array {
  return encodeManifest({ ...decodeManifest(draft), ...drawOfUse(grant.message, use) });
}

/** A signed order for the manifest, with everything that goes with it. */
export async function handmadeOrder(
  { chain, clock, signer, deployment, random }: NodePorts,
  parts: { manifest: Uint8Array; channel: ChannelParams; grant?: Signed<'Grant'> },
  change: Partial<Order> = {},
): Promise<Submission> {
  const { manifest, channel, grant } = parts;
  const message: Order = {
    manifest: toHex(sha256(manifest)),
    requester: signer.address,
    provider: channel.payee,
    grant: grant ? statementDigest('Grant', grant.message, deployment) : ZERO_32,
    channel: chain.escrow.channelId(channel),
    token: channel.token,
    maxAmount: 10n ** 17n,
    assurance: grant ? assurances['owner-audited'] : assurances.none,
    replicas: 1,
    auditRatePpm: grant ? 1_000_000 : 0,
    auditAmount: 0n,
    comparator: ZERO_32,
    auditor: grant?.message.auditor ?? ZERO_ADDRESS,
    expiresAt: BigInt(Math.floor(clock.nowMs() / 1000)) + 3600n,
    nonce: toHex(random()),
    ...change,
  };
  const order = await signStatement('Order', message, deployment, signer);
  return { order, manifest, channel, ...(grant ? { grant } : {}) };
}

/** Hands an order in and waits until its job has ended. */
export async function ordered(ports: NodePorts, submission: Submission) {
  const { provider } = submission.order.message;
  let answer = await ask(ports.network, provider, 'order.submit', submission);
  while (answer.state === 'accepted' || answer.state === 'running') {
    const question = { order: answer.order, known: answer.state, waitMs: 1000 };
    answer = await ask(ports.network, provider, 'job.status', question);
  }
  return answer;
}
