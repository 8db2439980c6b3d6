import { nodeRoutes } from '@koinon/api';
import { chooseNode } from '../api/chooseNode.ts';
import type { Surroundings } from '../commands/surroundings.ts';
import { koin } from '../terminal/amounts.ts';
import { printResult } from '../terminal/printResult.ts';
import { table } from '../terminal/table.ts';

/** The nodes of the network as the registry has them. */
export async function listNodes(surroundings: Surroundings): Promise<void> {
  const { client, names } = chooseNode(surroundings, 'researcher');
  const { nodes } = await client.call(nodeRoutes.nodes);
  const nameOf = await names();
  printResult(surroundings, { nodes }, style =>
    table(
      ['NODE', 'ROLES', 'OWNER', 'STAKE', 'LOG'],
      nodes.map(({ operator, owner, roles, stake, log }) => [
        nameOf(operator),
        roles.join(', ') || '-',
        owner === operator ? 'itself' : nameOf(owner),
        koin(stake),
        String(log.size),
      ]),
      style,
    ),
  );
}
