import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { KoinonError } from '@koinon/protocol/errors';
import type { Client } from '@koinon/sdk';
import type { Surroundings } from '../commands/surroundings.ts';
import { readToken } from '../local/readToken.ts';
import { usageError } from '../terminal/usageError.ts';
import { type LocalNetworkFile, readLocalNetwork } from './localNetwork.ts';
import { nodeClient } from './nodeClient.ts';
import { learnNames, type NameOf } from './nodeNames.ts';

/** Who speaks on the local network when nobody is named: data is the hospital's matter, the rest the researcher's. */
export type Part = 'hospital' | 'researcher';

export interface ChosenNode {
  client: Client;
  /** Asks the node what nodes are called. */
  names(): Promise<NameOf>;
  /** The address of a name of the local network; what was given otherwise. */
  addressOf(nameOrAddress: string): string;
}

/**
 * The node a command talks to: the one given by URL or folder, else a member of the local network that runs. Throws
 * `K_NODE_UNREACHABLE` when there is none, `K_USAGE` for a member or a URL that cannot be.
 */
export function chooseNode(
  surroundings: Pick<Surroundings, 'home' | 'node' | 'as' | 'environment'>,
  part: Part,
): ChosenNode {
  const { home, node, as, environment } = surroundings;
  const network = readLocalNetwork(home);
  const chosen = (client: Client): ChosenNode => ({
    client,
    names: () => learnNames(client, network?.nodes ?? []),
    addressOf: text => network?.nodes.find(({ name }) => name === text)?.operator ?? text,
  });
  if (node !== undefined) {
    const { url, token } = existsSync(join(node, 'config.json'))
      ? nodeOfFolder(node)
      : { url: requireUrl(node), token: undefined };
    const known = network?.nodes.find(member => new URL(member.url).origin === new URL(url).origin);
    const given = environment['KOINON_TOKEN'] ?? token ?? (known && readToken(known.home));
    return chosen(nodeClient(url, given));
  }
  if (!network) {
    throw new KoinonError({
      code: 'K_NODE_UNREACHABLE',
      message: `No network runs from ${home}.`,
      fault: 'user',
      next: 'Start one in another terminal with "koinon dev", or name a node with --node URL.',
    });
  }
  const member = memberOf(network, as ?? part);
  return chosen(nodeClient(member.url, readToken(member.home)));
}

function memberOf(network: LocalNetworkFile, name: string): LocalNetworkFile['nodes'][number] {
  const member = network.nodes.find(candidate => candidate.name === name);
  if (member) return member;
  throw usageError(
    `The local network has no member "${name}".`,
    `Its members: ${network.nodes.map(candidate => candidate.name).join(', ')}.`,
  );
}

/** Where a node's folder says that it listens; its port must be a fixed one. */
function nodeOfFolder(folder: string): { url: string; token: string | undefined } {
  const { http } = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')) as {
    http?: { host?: string; port?: number };
  };
  if (!http?.port) {
    throw usageError(
      `The node of ${folder} takes another port at every start.`,
      'Give its URL with --node, or set http.port in its config.json.',
    );
  }
  return { url: `http://${http.host ?? '127.0.0.1'}:${http.port}`, token: readToken(folder) };
}

function requireUrl(text: string): string {
  if (/^https?:\/\//.test(text) && URL.canParse(text)) return text;
  throw usageError(
    `"${text}" is neither the URL of a node nor its folder.`,
    'Give --node a URL such as http://127.0.0.1:4020, or a folder with a config.json.',
  );
}
