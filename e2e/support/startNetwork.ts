import { type LocalNetwork, type LocalNetworkOptions, startLocalNetwork } from '@koinon/cli/testing';
import './built.ts';

export interface StartedNetwork extends LocalNetwork, AsyncDisposable {}

/** A whole network of processes in a folder, stopped at the end of the block. */
export async function startNetwork(home: string, options: LocalNetworkOptions = {}): Promise<StartedNetwork> {
  const network = await startLocalNetwork(home, options);
  return Object.assign(network, { [Symbol.asyncDispose]: () => network.stop() });
}
