import { courtRoutes } from '@koinon/api';
import { stageWords } from '@koinon/protocol/courtWords';
import { chooseNode } from '../api/chooseNode.ts';
import type { Surroundings } from '../commands/surroundings.ts';
import { age, koin, short } from '../terminal/amounts.ts';
import { printResult } from '../terminal/printResult.ts';
import { table } from '../terminal/table.ts';

/** Every dispute the node knows of, newest first. */
export async function listDisputes(surroundings: Surroundings, { open }: { open?: boolean }): Promise<void> {
  const { client, names } = chooseNode(surroundings, 'researcher');
  const answer = await client.call(courtRoutes.disputes);
  const disputes = answer.disputes.filter(({ outcome }) => !open || outcome === 'open');
  const nowMs = Date.now();
  const nameOf = await names();
  printResult(surroundings, { disputes }, style =>
    disputes.length === 0
      ? open
        ? 'No dispute is open.'
        : 'Nobody has disputed anything yet.'
      : table(
          ['DISPUTE', 'STANDS', 'AGE', 'ACCUSED', 'ACCUSER', 'SLASHED', 'RECEIPT'],
          disputes.map(dispute => [
            short(dispute.id),
            dispute.outcome === 'open' ? stageWords[dispute.stage] : dispute.outcome,
            age(nowMs - dispute.openedAtSeconds * 1000),
            nameOf(dispute.accused),
            nameOf(dispute.accuser),
            dispute.slashed === '0' ? '-' : `${koin(dispute.slashed)} KOIN`,
            short(dispute.statement),
          ]),
          style,
        ),
  );
}
