import type { NodePorts } from '@koinon/kernel';
import { type Hex, type Signed, statementDigest } from '@koinon/protocol';
import type { DatasetBook } from './datasetBook.ts';
import { describeHeld } from './describeHeld.ts';
import type { GrantFacts } from './port.ts';
import type { ReleaseLedger } from './releaseLedger.ts';

/** What chain, books and signature say of a grant that an order is placed under. */
export async function grantFacts(
  ports: Pick<NodePorts, 'chain' | 'deployment' | 'store' | 'gate'>,
  { datasets, ledger }: { datasets: DatasetBook; ledger: ReleaseLedger },
  grant: Signed<'Grant'>,
  order: Hex,
): Promise<GrantFacts> {
  const { dataset } = grant.message;
  const grantDigest = statementDigest('Grant', grant.message, ports.deployment);
  const [record, { revoked, epoch, owner }] = await Promise.all([
    ports.chain.datasets.get(dataset),
    ports.chain.datasets.grantState(dataset, grantDigest),
  ]);
  const held = datasets.get(dataset);
  return {
    grant: grant.message,
    grantDigest,
    grantSigner: await ports.gate.recoverSigner(grantDigest, grant.signature),
    grantState: { revoked, epoch, usesTaken: ledger.usesOf(grantDigest, order) },
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
