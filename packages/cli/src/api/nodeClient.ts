import { type Client, createClient } from '@koinon/sdk';

/** A client of a node, with the advice of the command line where nobody answers. */
export function nodeClient(url: string, token?: string): Client {
  const next = 'Start it, or name another with --node URL; "koinon dev" brings up a local network.';
  return createClient({ url, token, unreachable: { next } });
}
