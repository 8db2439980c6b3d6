import { type LocalNetwork, startLocalNetwork } from '../../packages/cli/src/local/startLocalNetwork.ts';
import './built.ts';

export interface StartedNetwork extends LocalNetwork, AsyncDisposable {}

/** A whole network of processes in a folder, stopped at the end of the block. */
export async function startNetwork(home: string): Promise<StartedNetwork> {
  const network = await startLocalNetwork(home, {});
  return Object.assign(network, { [Symbol.asyncDispose]: () => network.stop() });
}
