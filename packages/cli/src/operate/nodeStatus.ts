import { nodeRoutes } from '@koinon/api';
import { chooseNode } from '../api/chooseNode.ts';
import type { Surroundings } from '../commands/surroundings.ts';
import { age, koin } from '../terminal/amounts.ts';
import { printResult } from '../terminal/printResult.ts';
import { facts } from '../terminal/table.ts';
import { sandboxLine } from './sandboxLine.ts';

export async function nodeStatus(surroundings: Surroundings, folder: string | undefined): Promise<void> {
  const { home, as, environment, node = folder } = surroundings;
  const { client, names } = chooseNode({ home, as, environment, node }, 'researcher');
  const [status, { nodes }] = await Promise.all([
    client.call(nodeRoutes.status),
    client.call(nodeRoutes.nodes),
  ]);
  const self = nodes.find(({ isSelf }) => isSelf);
  const nameOf = await names();
  printResult(surroundings, { ...status, url: client.url, stake: self?.stake, owner: self?.owner }, style =>
    [
      style.bold(status.name),
      facts(
        [
          ['called', nameOf(status.operator)],
          ['roles', status.roles.join(', ')],
          ['services', status.services.join(', ')],
          ['operator', status.operator],
          ['owner', self ? nameOf(self.owner) : 'not registered'],
          ['stake', `${koin(self?.stake ?? '0')} KOIN`],
          ['page and API', client.url],
          ['peer', status.peerId],
          ['addresses', status.multiaddrs.join(', ') || 'none'],
          ['chain', `${status.deployment.chainId}, block ${status.block.number}`],
          ['log', `${status.log.size} entries, ${status.log.anchored.size} anchored`],
          ['jobs run in', sandboxLine(status.sandbox)],
          ['requests waiting', String(status.pendingRequests)],
          ['up for', age(Date.now() - status.startedAtMs)],
          ['network', `${nodes.length} nodes`],
        ],
        style,
      ),
    ].join('\n'),
  );
}
