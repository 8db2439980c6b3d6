import { authorise } from '@koinon/privacy';
import { KoinonError, recoverDigestSigner, type Signed, statementDigest } from '@koinon/protocol';
import type { DatasetBook } from '../custody/datasetBook.ts';
import { nowSeconds } from '../ports/clock.ts';
import type { NodePorts } from '../ports/ports.ts';
import type { AuthoriseOrder, SubmittedOrder } from './acceptOrder.ts';
import type { JobBook } from './jobBook.ts';

/**
 * Gathers what chain, books and offer say about an order and lets the one rule of `privacy` decide. Both doors go
 * through here: private work in custody, and public work by offer. Throws `K_NOT_AUTHORISED` with every reason.
 */
export function authoriseOrder(
  ports: Pick<NodePorts, 'chain' | 'deployment' | 'signer' | 'clock'>,
  books: { datasets: DatasetBook; jobs: JobBook },
  offer: (() => Promise<Signed<'Offer'>>) | undefined,
): AuthoriseOrder {
  return async (submitted, manifest, orderDigest) => {
    const decision = authorise({
      manifest,
      manifestDigest: submitted.order.message.manifest,
      order: submitted.order.message,
      self: ports.signer.address,
      nowSeconds: nowSeconds(ports.clock),
      ...(offer ? { offer: (await offer()).message } : {}),
      ...(await grantFacts(submitted, orderDigest)),
    });
    if (decision.allow) return;
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
      grantSigner: await recoverDigestSigner(grantDigest, grant.signature),
      grantState: { revoked, epoch, usesTaken: books.jobs.usesOfGrant(grantDigest, orderDigest) },
      ...(held ? { policy: held.policy } : {}),
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
