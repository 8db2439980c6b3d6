import { authorise } from '@koinon/privacy';
import { KoinonError, type Signed, statementDigest } from '@koinon/protocol';
import type { DatasetBook } from '../custody/datasetBook.ts';
import { describeHeld } from '../custody/describeHeld.ts';
import type { ReleaseLedger } from '../custody/releaseLedger.ts';
import { nowSeconds } from '../ports/clock.ts';
import type { NodePorts } from '../ports/ports.ts';
import type { AuthoriseOrder, SubmittedOrder } from './acceptOrder.ts';
import type { JobBook } from './jobBook.ts';

/**
 * Gathers what chain, books and offer say about an order and lets the one rule of `privacy` decide. Both doors go
 * through here: private work in custody, and public work by offer. What a private order can tell is charged in the same
 * breath as it is allowed, so that two at once cannot both fit under one cap. Throws `K_NOT_AUTHORISED` with every reason.
 */
export function authoriseOrder(
  ports: Pick<NodePorts, 'chain' | 'deployment' | 'signer' | 'clock' | 'store' | 'gate'>,
  books: { datasets: DatasetBook; jobs: JobBook; ledger: ReleaseLedger },
  offer: (() => Promise<Signed<'Offer'>>) | undefined,
): AuthoriseOrder {
  const { ledger } = books;
  return async (submitted, manifest, orderDigest) => {
    const order = submitted.order.message;
    const offered = offer ? { offer: (await offer()).message } : {};
    const facts = await grantFacts(submitted, orderDigest);
    // From here to the charge nothing else runs.
    const nowMs = ports.clock.nowMs();
    const grant = submitted.grant?.message;
    const decision = authorise({
      manifest,
      manifestDigest: order.manifest,
      order,
      self: ports.signer.address,
      nowSeconds: nowSeconds(ports.clock),
      ...offered,
      ...facts,
      ...(grant ? { charged: ledger.charged(grant.dataset, order.requester, nowMs, orderDigest) } : {}),
    });
    if (decision.allow) {
      if (!grant) return;
      const { dataset, bits } = grant;
      ledger.charge({
        by: orderDigest,
        dataset,
        requester: order.requester,
        bits: Number(bits),
        atMs: nowMs,
      });
      return;
    }
    throw new KoinonError({
      code: 'K_NOT_AUTHORISED',
      message: `Order refused: ${decision.reasons.map(reason => reason.message).join(' ')}`,
      fault: 'user',
      data: { reasons: decision.reasons.map(({ code }) => code) },
      next: decision.reasons[0]?.next ?? 'Ask for a grant that covers it.',
    });
  };

  async function grantFacts({ grant }: SubmittedOrder, orderDigest: `0x${string}`) {
    if (!grant) return {};
    const grantDigest = statementDigest('Grant', grant.message, ports.deployment);
    const [record, state] = await Promise.all([
      ports.chain.datasets.get(grant.message.dataset),
      ports.chain.datasets.grantState(grant.message.dataset, grantDigest),
    ]);
    const held = books.datasets.get(grant.message.dataset);
    const { revoked, epoch, owner } = state;
    return {
      grant: grant.message,
      grantDigest,
      grantSigner: await ports.gate.recoverSigner(grantDigest, grant.signature),
      grantState: { revoked, epoch, usesTaken: books.jobs.usesOfGrant(grantDigest, orderDigest) },
      ...(held ? { policy: held.policy, description: await describeHeld(ports.store, held) } : {}),
      ...(record
        ? {
            dataset: {
              id: record.id,
              epoch,
              owner,
              contentRoot: record.contentRoot,
              custodian: record.custodian,
              policyDigest: record.policyDigest,
            },
          }
        : {}),
    };
  }
}
