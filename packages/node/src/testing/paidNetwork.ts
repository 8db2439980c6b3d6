import type { AuditOptions } from '@koinon/chain/deployment';
import { nowSeconds } from '@koinon/kernel';
import { assurances, type Hex, type Order, statementDigest } from '@koinon/protocol';
import { smallProgram } from '@koinon/world';
import { handmadeOrder, openChannel, ordered, publicManifest } from './handmadeOrder.ts';
import { type SeededNetwork, withNetwork } from './seededNetwork.ts';

export const payees = ['birch', 'cedar'];
/** What one audit is worth in these networks, base units of KOIN. */
export const AUDIT_AMOUNT = 10n ** 16n;
/** A report window is a seventh of this, seconds. Pay is open until all of it has passed. */
const CHALLENGE_SECONDS = 42 * 60;

/** Plays in a network of a provider, two auditors and a researcher whose orders promise pay for audits, and ends it. */
export async function withPay(
  seed: number,
  audits: AuditOptions,
  body: (network: SeededNetwork) => Promise<void>,
): Promise<void> {
  await withNetwork(
    seed,
    body,
    [
      { name: 'alder', roles: ['provide'], stake: 10n ** 21n },
      { name: 'birch', roles: ['audit'], stake: 10n ** 21n },
      { name: 'cedar', roles: ['audit'], stake: 10n ** 21n },
      { name: 'researcher', roles: ['gateway'], stake: 0n, auditAmount: AUDIT_AMOUNT },
    ],
    { challengeWindowSeconds: CHALLENGE_SECONDS, audits },
  );
}

/** A public job whose order promises pay, whatever is in the fund. */
export async function promisedJob(network: SeededNetwork): Promise<{ order: Order; digest: Hex }> {
  const { node, store } = network.member('researcher');
  const program = await store.blobs.put(smallProgram, 'public');
  const channel = await openChannel(node.ports, network.member('alder').operator, 10n ** 18n);
  const submission = await handmadeOrder(
    node.ports,
    { manifest: publicManifest(program), channel },
    {
      assurance: assurances.replay,
      auditRatePpm: 1_000_000,
      auditAmount: AUDIT_AMOUNT,
      expiresAt: nowSeconds(node.ports.clock) + 300n,
    },
  );
  await ordered(node.ports, submission);
  const order = submission.order.message;
  return { order, digest: statementDigest('Order', order, node.ports.deployment) };
}

/** What the books of the auditors say, by state. */
export function payOf(network: SeededNetwork, state: string) {
  return payees.flatMap(name => {
    const { node, store } = network.member(name);
    return node
      .port('audit')
      .audits.list()
      .flatMap(({ receipt }) => node.port('audit').pay.get(receipt) ?? [])
      .filter(entry => entry.state === state)
      .map(entry => ({ name, entry, log: store.log }));
  });
}
