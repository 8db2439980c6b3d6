import { layers } from '@koinon/executors';
import { deploymentSchema, rolesOf, toHex } from '@koinon/protocol';
import { z } from 'zod';
import type { KoinonNode } from '../../createNode.ts';
import { sandboxFacts } from '../../process/sandboxFacts.ts';
import { type Api, json } from '../api.ts';
import { address, bytes32, count, decimal, head, timeMs } from '../wire.ts';

const roles = z.array(z.string());
/** What a program that broke out of its runtime would have, as measured here. */
const sandbox = z.strictObject({
  setting: z.enum(['required', 'available']),
  isAdequate: z.boolean(),
  kind: z.enum(['bubblewrap', 'namespaces', 'process']),
  network: z.boolean(),
  files: z.enum(['own', 'public', 'node']),
  user: z.enum(['own', 'node', 'root']),
  processes: z.boolean(),
  privileges: z.boolean(),
  seccomp: z.boolean(),
  memory: z.enum(['limited', 'watched']),
  missing: z.array(z.enum(layers)),
  /** The same in a line for people. */
  jobsRunIn: z.string(),
});
const statusAnswer = z.strictObject({
  name: z.string(),
  operator: address,
  roles,
  version: z.string(),
  peerId: z.string(),
  multiaddrs: z.array(z.string()),
  deployment: deploymentSchema,
  block: z.strictObject({ number: count, hash: bytes32, timestampSeconds: count }),
  log: z.strictObject({ size: count, root: bytes32, anchored: head }),
  pendingRequests: count,
  startedAtMs: timeMs,
  /** Absent where a node cannot run anything. */
  sandbox: sandbox.optional(),
});
const nodesAnswer = z.strictObject({
  nodes: z.array(
    z.strictObject({
      operator: address,
      owner: address,
      roles,
      stake: decimal,
      peerId: z.string(),
      multiaddrs: z.array(z.string()),
      metadata: bytes32,
      registeredAt: count,
      log: head,
      isSelf: z.boolean(),
    }),
  ),
});

export function addStatusRoutes(
  api: Api,
  node: KoinonNode,
  about: { name: string; startedAtMs: number },
): void {
  const { chain, network, store, signer, deployment, executor } = node.ports;

  api.add(
    {
      method: 'get',
      path: '/api/status',
      summary: 'What this node is, and how far chain and log are',
      tag: 'node',
      answer: json(statusAnswer),
      needsToken: false,
    },
    async () => {
      const { size } = store.log;
      const [block, anchored, confinement] = await Promise.all([
        chain.block('latest'),
        chain.nodes.head(signer.address),
        executor.confinement?.(),
      ]);
      return {
        name: about.name,
        operator: signer.address,
        roles: rolesOf(node.options.roles),
        version: node.options.version,
        peerId: network.peerId,
        multiaddrs: network.multiaddrs(),
        deployment,
        block,
        log: { size, root: toHex(store.log.root(size)), anchored },
        pendingRequests: node.grants.waiting(),
        startedAtMs: about.startedAtMs,
        ...(confinement ? { sandbox: sandboxFacts(node.options.sandbox ?? 'available', confinement) } : {}),
      };
    },
  );

  api.add(
    {
      method: 'get',
      path: '/api/nodes',
      summary: 'The nodes of the network, as the registry has them',
      tag: 'node',
      answer: json(nodesAnswer),
      needsToken: false,
    },
    async () => ({
      nodes: await Promise.all(
        (await chain.nodes.list()).map(async record => ({
          ...record,
          roles: rolesOf(record.roles),
          log: await chain.nodes.head(record.operator),
          isSelf: record.operator === signer.address,
        })),
      ),
    }),
  );
}
