import { nodeRoutes } from '@koinon/api';
import { handle, type RouteHandler } from '@koinon/kernel';
import { rolesOf, toHex } from '@koinon/protocol';
import type { KoinonNode } from '../createNode.ts';
import { sandboxFacts } from '../process/sandboxFacts.ts';

/** What a node says of itself, and who else is there. */
export function statusRoutes(
  node: KoinonNode,
  { name, startedAtMs }: { name: string; startedAtMs: number },
): RouteHandler[] {
  const { version, limits } = node.kernel;
  /** Those whose routes are served. */
  const services = node.services.map(service => service.name);
  const { chain, network, store, signer, deployment, executor } = node.ports;
  return [
    handle(nodeRoutes.status, async () => {
      const { size } = store.log;
      const [block, anchored, confinement] = await Promise.all([
        chain.block('latest'),
        chain.nodes.head(signer.address),
        executor.confinement?.(),
      ]);
      return {
        name,
        operator: signer.address,
        roles: rolesOf(node.roles),
        services,
        version,
        peerId: network.peerId,
        multiaddrs: network.multiaddrs(),
        deployment,
        block,
        log: { size, root: toHex(store.log.root(size)), anchored },
        pendingRequests: node.isOn('custody') ? node.port('custody').grants.waiting() : 0,
        startedAtMs,
        ...(confinement ? { sandbox: sandboxFacts(limits.sandbox, confinement) } : {}),
      };
    }),
    handle(nodeRoutes.nodes, async () => ({
      nodes: await Promise.all(
        (await chain.nodes.list()).map(async record => ({
          ...record,
          roles: rolesOf(record.roles),
          log: await chain.nodes.head(record.operator),
          isSelf: record.operator === signer.address,
        })),
      ),
    })),
  ];
}
