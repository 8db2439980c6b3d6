import type { Hex } from '@koinon/protocol';
import type { CreateNetworkOptions, Directory, Network, PeerRecord } from '../src/index.ts';
import { createNetwork } from '../src/libp2p.ts';
import { testKey, type World } from './compliance.ts';

export interface Libp2pWorld extends World {
  records: Map<Hex, PeerRecord>;
  directory: Directory;
  join(keyNumber: number, options?: Partial<CreateNetworkOptions>): Promise<Network>;
}

/** Nodes on 127.0.0.1 and a registry in a map. */
export function libp2pWorld(): Libp2pWorld {
  const records = new Map<Hex, PeerRecord>();
  const directory: Directory = { find: async operator => records.get(operator) };
  const networks: Network[] = [];
  return {
    records,
    directory,
    async join(keyNumber, options = {}) {
      const bootstrap = networks.slice(0, 1).flatMap(network => network.multiaddrs());
      const network = await createNetwork({
        privateKey: testKey(keyNumber),
        directory,
        bootstrap,
        ...options,
      });
      networks.push(network);
      await network.start();
      const { operator, peerId } = network;
      records.set(operator, { operator, peerId, multiaddrs: network.multiaddrs() });
      return network;
    },
    close: async () => {
      await Promise.all(networks.map(network => network.stop()));
    },
  };
}
