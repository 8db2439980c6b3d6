import { authorise } from '@koinon/privacy';
import { KoinonError, recoverDigestSigner, statementDigest } from '@koinon/protocol';
import { nowSeconds } from '../ports/clock.ts';
import type { NodePorts } from '../ports/ports.ts';
import type { AuthoriseOrder } from '../work/acceptOrder.ts';
import type { JobBook } from '../work/jobBook.ts';
import type { DatasetBook } from './datasetBook.ts';

/** Decides by the one rule of `privacy` whether an order may touch a dataset held here. */
export function authoriseCustody(
  ports: Pick<NodePorts, 'chain' | 'deployment' | 'signer' | 'clock'>,
  datasets: DatasetBook,
  jobs: JobBook,
): AuthoriseOrder {
  return async ({ order, grant }, manifest, orderDigest) => {
    if (!grant) throw denied('no grant came with it');
    const grantDigest = statementDigest('Grant', grant.message, ports.deployment);
    const held = datasets.get(grant.message.dataset);
    const record = await ports.chain.datasets.get(grant.message.dataset);
    if (!held || !record) throw denied('the dataset is not in custody here');
    const state = await ports.chain.datasets.grantState(record.id, grantDigest);
    const decision = authorise({
      manifest,
      manifestDigest: order.message.manifest,
      order: order.message,
      grant: grant.message,
      grantDigest,
      grantSigner: await recoverDigestSigner(grantDigest, grant.signature),
      dataset: {
        id: record.id,
        epoch: state.epoch,
        owner: state.owner,
        contentRoot: record.contentRoot,
        custodian: record.custodian,
        policyDigest: record.policyDigest,
      },
      grantState: {
        revoked: state.revoked,
        epoch: state.epoch,
        usesTaken: jobs.usesOfGrant(grantDigest, orderDigest),
      },
      policy: held.policy,
      self: ports.signer.address,
      nowSeconds: nowSeconds(ports.clock),
    });
    if (!decision.allow)
      throw denied(decision.reasons.map(reason => reason.message).join('; '), decision.reasons);
  };
}

function denied(reason: string, reasons: readonly { code: string }[] = []): KoinonError {
  return new KoinonError({
    code: 'K_NOT_AUTHORISED',
    message: `The custodian does not run this: ${reason}.`,
    fault: 'user',
    data: { reasons: reasons.map(({ code }) => code) },
    next: 'Ask for a grant that covers it.',
  });
}
