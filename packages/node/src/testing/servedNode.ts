import type { Hono } from 'hono';
import { createApp } from '../http/createApp.ts';
import { type ServeNodeOptions, serveNode } from '../http/serveNode.ts';
import { type Member, type Part, type SeededNetwork, seededNetwork } from './seededNetwork.ts';

/** Token of the nodes that tests serve. */
export const TEST_TOKEN = 'the-token-of-this-test';
const PORT = 8080;

export interface ServedNode {
  member: Member;
  app: Hono;
  /** Asks for a path on loopback, in the process; `token: true` adds the owner's token. */
  ask(path: string, init?: RequestInit & { token?: boolean }): Promise<Response>;
}

/** What a node answers over HTTP, without a socket, so that a world's time can stand meanwhile. */
export function serveMember(member: Member, { authenticateAll = false } = {}): ServedNode {
  const app = createApp(member.node, {
    ...{ name: member.name, token: TEST_TOKEN, authenticateAll, port: () => PORT },
  });
  return {
    ...{ member, app },
    ask: async (path, { token, ...init } = {}) => {
      const headers = new Headers(init.headers);
      headers.set('host', `127.0.0.1:${PORT}`);
      if (token) headers.set('authorization', `Bearer ${TEST_TOKEN}`);
      return app.request(`http://127.0.0.1:${PORT}${path}`, { ...init, headers });
    },
  };
}

const alone: readonly Part[] = [{ name: 'alone', roles: ['custody', 'gateway'], stake: 0n }];

/** One node by itself, served: for tests of what it answers to a stranger. */
export async function servedNode(
  options: { authenticateAll?: boolean } = {},
): Promise<ServedNode & { network: SeededNetwork; stop(): Promise<void> }> {
  const network = await seededNetwork(1, alone);
  return { ...serveMember(network.member('alone'), options), network, stop: network.stop };
}

export interface ListeningNode {
  url: string;
  port: number;
  member: Member;
  /** As `ServedNode.ask`, over the socket. */
  ask(path: string, init?: RequestInit & { token?: boolean }): Promise<Response>;
  stop(): Promise<void>;
}

/** The same on a socket of loopback: for tests of what only bytes on a wire can show. */
export async function listenOn(
  member: Member,
  options: Partial<ServeNodeOptions> = {},
): Promise<ListeningNode> {
  const server = await serveNode(member.node, {
    ...{ name: member.name, host: '127.0.0.1', port: 0, token: TEST_TOKEN, ...options },
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

/** One node by itself on a socket. Its world stands still. */
export async function listeningNode(
  options: Partial<ServeNodeOptions> = {},
): Promise<ListeningNode & { network: SeededNetwork }> {
  const network = await seededNetwork(1, alone);
  const listening = await listenOn(network.member('alone'), options);
  return {
    ...listening,
    network,
    stop: async () => {
      await listening.stop();
      await network.stop();
    },
  };
}
