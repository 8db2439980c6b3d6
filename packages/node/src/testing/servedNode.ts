import { type ServeNodeOptions, serveNode } from '../http/serveNode.ts';
import { type Member, type Part, type SeededNetwork, seededNetwork } from './seededNetwork.ts';

/** Token of the nodes that tests serve. */
export const TEST_TOKEN = 'the-token-of-this-test';

export interface ServedNode {
  url: string;
  /** Port it listens on. */
  port: number;
  member: Member;
  /** Asks below `url`; `token: true` adds the owner's token. */
  ask(path: string, init?: RequestInit & { token?: boolean }): Promise<Response>;
  stop(): Promise<void>;
}

/** Serves a node of a network over HTTP on loopback. */
export async function serveMember(
  member: Member,
  options: Partial<ServeNodeOptions> = {},
): Promise<ServedNode> {
  const server = await serveNode(member.node, {
    name: member.name,
    host: '127.0.0.1',
    port: 0,
    token: TEST_TOKEN,
    ...options,
  });
  return {
    url: server.url,
    port: Number(new URL(server.url).port),
    member,
    ask: (path, { token, ...init } = {}) => {
      const headers = new Headers(init.headers);
      if (token) headers.set('authorization', `Bearer ${TEST_TOKEN}`);
      return fetch(`${server.url}${path}`, { ...init, headers });
    },
    stop: () => server.close(),
  };
}

const alone: readonly Part[] = [{ name: 'alone', roles: ['custody', 'gateway'], stake: 0n }];

/** One node by itself, served: for tests of what it answers to a stranger. */
export async function servedNode(
  options: Partial<ServeNodeOptions> = {},
): Promise<ServedNode & { network: SeededNetwork }> {
  const network = await seededNetwork(1, alone);
  const served = await serveMember(network.member('alone'), options);
  return {
    ...served,
    network,
    stop: async () => {
      await served.stop();
      await network.stop();
    },
  };
}
