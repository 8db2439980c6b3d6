import { assurances, type Hex } from '@koinon/protocol';
import { handmadeOrder, openChannel, ordered, publicManifest } from './handmadeOrder.ts';
import { type Part, type SeededNetwork, seededNetwork } from './seededNetwork.ts';

/** A provider, four auditors who are jurors too, and a researcher. */
export const courtParts: readonly Part[] = [
  { name: 'alder', roles: ['provide'], stake: 10n ** 21n },
  ...['birch', 'cedar', 'dogwood', 'elm'].map(
    (name): Part => ({ name, roles: ['audit'], stake: 10n ** 21n }),
  ),
  { name: 'researcher', roles: ['gateway'], stake: 0n },
];
export const jurors = ['birch', 'cedar', 'dogwood', 'elm'];

/** Windows of a jury are a fourteenth of this, seconds. */
const CHALLENGE_SECONDS = 14 * 60;
const CLOCK_FACTOR = 150;

export function courtNetwork(seed: number, parts: readonly Part[] = courtParts): Promise<SeededNetwork> {
  return seededNetwork(seed, parts, CLOCK_FACTOR, { challengeWindowSeconds: CHALLENGE_SECONDS });
}

/** A public job at the provider that the lot has replayed for certain; its receipt's digest. */
export async function auditedJob(
  network: SeededNetwork,
  { provider = 'alder', steps = 3 }: { provider?: string; steps?: number } = {},
): Promise<Hex> {
  const { node, store } = network.member('researcher');
  const program = await store.blobs.put(new Uint8Array([1, 2, 3]), 'public');
  const channel = await openChannel(node.ports, network.member(provider).operator, 10n ** 18n);
  const order = await handmadeOrder(
    node.ports,
    { manifest: publicManifest(program, { params: { steps } }), channel },
    { assurance: assurances.replay, auditRatePpm: 1_000_000 },
  );
  await ordered(node.ports, order);
  return network.member(provider).node.jobs.list()[0]!.receiptDigest!;
}

/** Base units of KOIN that count for a member. */
export async function stakeOf(network: SeededNetwork, name: string): Promise<bigint> {
  const { operator } = network.member(name);
  return (await network.chain.connect().nodes.get(operator))!.stake;
}
