import { assurances, type Hex } from '@koinon/protocol';
import { smallProgram } from '@koinon/world';
import { tamperOutput } from '../process/tamperOutput.ts';
import { handmadeOrder, openChannel, ordered, publicManifest } from './handmadeOrder.ts';
import { type Part, type SeededNetwork, type StartOptions, withNetwork } from './seededNetwork.ts';

/** A provider, four auditors who are jurors too, and a researcher. */
const courtParts: readonly Part[] = [
  { name: 'alder', roles: ['provide'], stake: 10n ** 21n },
  ...['birch', 'cedar', 'dogwood', 'elm'].map(
    (name): Part => ({ name, roles: ['audit'], stake: 10n ** 21n }),
  ),
  { name: 'researcher', roles: ['gateway'], stake: 0n },
];
export const jurors = ['birch', 'cedar', 'dogwood', 'elm'];
export const FULL_STAKE = 10n ** 21n;

/** Windows of a jury are a fourteenth of this, seconds. */
const CHALLENGE_SECONDS = 14 * 60;

/** Plays in a network of these parts, and ends it. */
export async function withCourt(
  seed: number,
  body: (network: SeededNetwork) => Promise<void>,
  parts: readonly Part[] = courtParts,
): Promise<void> {
  const options = { challengeWindowSeconds: CHALLENGE_SECONDS };
  await withNetwork(seed, body, parts, options);
}

export async function restart(network: SeededNetwork, name: string, options?: StartOptions): Promise<void> {
  await network.crash(name);
  await network.start(name, options);
}

/** Makes the provider one that alters a byte of what its jobs came to. */
export const corrupt = (network: SeededNetwork, options?: StartOptions): Promise<void> =>
  restart(network, 'alder', { alterResult: tamperOutput, ...options });

/** A public job at the provider that the lot has replayed at this rate; its receipt's digest. */
export async function workedJob(
  network: SeededNetwork,
  { steps = 3, auditRatePpm = 1_000_000 }: { steps?: number; auditRatePpm?: number } = {},
): Promise<Hex> {
  const { node, store } = network.member('researcher');
  const program = await store.blobs.put(smallProgram, 'public');
  const channel = await openChannel(node.ports, network.member('alder').operator, 10n ** 18n);
  const order = await handmadeOrder(
    node.ports,
    { manifest: publicManifest(program, { params: { steps } }), channel },
    { assurance: assurances.replay, auditRatePpm },
  );
  await ordered(node.ports, order);
  return network.member('alder').node.port('work').jobs.list()[0]!.receiptDigest!;
}

/** Base units of KOIN that count for a member. */
export async function stakeOf(network: SeededNetwork, name: string): Promise<bigint> {
  const { operator } = network.member(name);
  return (await network.reader.nodes.get(operator))!.stake;
}

/** KOIN outside stake and court. */
export function purseOf(network: SeededNetwork, name: string): Promise<bigint> {
  const { operator } = network.member(name);
  const { token, deployment } = network.reader;
  return token.balanceOf(deployment.token as Hex, operator);
}

/** The disputes that have ended, once there is one. */
export const decided = (network: SeededNetwork) =>
  network.until(async () =>
    (await network.reader.court.disputes()).filter(({ outcome }) => outcome !== 'open'),
  );
/** The convictions, once there is one. */
export const convicted = (network: SeededNetwork) => network.until(() => network.reader.court.convictions());
