import { type Hex, ZERO_32 } from '@koinon/protocol';
import type { KoinonError } from '@koinon/protocol/errors';
import type { EventIndex } from '../index/eventIndex.ts';
import type { NodeRecord, Nodes } from '../interfaces.ts';
import { lower } from '../lower.ts';
import { minedOf } from '../rpc/answers.ts';
import type { Contracts } from './contracts.ts';
import { eachOf } from './eachOf.ts';
import { peerIdBytes, peerIdText } from './peerId.ts';
import type { WithPermit } from './permit.ts';

export function evmNodes(
  contracts: Contracts,
  index: EventIndex,
  account: Hex,
  withPermit: WithPermit,
): Nodes {
  async function record(operator: Hex, multiaddrs: string[]): Promise<NodeRecord> {
    const [node, stake] = await Promise.all([
      contracts.read('nodes', 'node', [operator]),
      contracts.read('nodes', 'freeStake', [operator]),
    ]);
    return {
      operator: lower(operator),
      owner: lower(node.owner),
      peerId: peerIdText(node.peerId),
      roles: node.roles,
      metadata: node.metadata,
      multiaddrs,
      stake,
      registeredAt: node.registeredAt,
    };
  }

  const nodes: Nodes = {
    async list() {
      const { operators, multiaddrs } = await index.sync();
      return eachOf([...operators], operator => record(operator, multiaddrs.get(operator) ?? []));
    },
    operators: async () => new Set((await index.sync()).operators),
    async get(operator) {
      const { multiaddrs } = await index.sync();
      try {
        return await record(operator, multiaddrs.get(lower(operator)) ?? []);
      } catch (error) {
        if ((error as KoinonError).data?.['error'] === 'NotRegistered') return undefined;
        throw error;
      }
    },
    async register({ owner = account, peerId, roles, metadata = ZERO_32, multiaddrs }, options) {
      const receipt = await contracts.write(
        'nodes',
        'register',
        [owner, peerIdBytes(peerId), roles, metadata],
        'registering the node',
        options,
      );
      if (multiaddrs !== undefined) {
        const key = options?.key;
        await nodes.announce(multiaddrs, key === undefined ? {} : { key: `${key}:announce` });
      }
      return minedOf(receipt);
    },
    async announce(multiaddrs, options) {
      const doing = "announcing the node's addresses";
      return minedOf(await contracts.write('nodes', 'announce', [multiaddrs.join(',')], doing, options));
    },
    setRoles: (roles, options) => nodes.update({ roles }, options),
    async update(changes, options) {
      const present = await contracts.read('nodes', 'node', [account]);
      const peerId = changes.peerId === undefined ? present.peerId : peerIdBytes(changes.peerId);
      const { roles = present.roles, metadata = present.metadata } = changes;
      const args = [account, peerId, roles, metadata] as const;
      return minedOf(
        await contracts.write('nodes', 'update', args, "changing the node's description", options),
      );
    },
    async stake(operator, amount, options) {
      return withPermit('nodes', amount, async permit => {
        const args = [operator, amount, ...permit] as const;
        return minedOf(await contracts.write('nodes', 'stakeWithPermit', args, 'staking', options));
      });
    },
    async requestUnstake(operator, amount, options) {
      return minedOf(
        await contracts.write('nodes', 'requestUnstake', [operator, amount], 'unstaking', options),
      );
    },
    async withdrawStake(operator, to, options) {
      return minedOf(
        await contracts.write('nodes', 'withdraw', [operator, to], 'withdrawing the stake', options),
      );
    },
    stakeAt: (operator, block) => contracts.read('nodes', 'stakeAt', [operator, BigInt(block)]),
    async stakesAt(block) {
      const { operators } = await index.sync();
      const stakes = await eachOf([...operators].sort(), async operator => ({
        operator,
        stake: await nodes.stakeAt(operator, block),
      }));
      return stakes.filter(({ stake }) => stake > 0n);
    },
    async anchor(size, root, options) {
      return minedOf(await contracts.write('nodes', 'anchor', [size, root], 'anchoring the log', options));
    },
    async head(operator) {
      const { size, root, blockNumber } = await contracts.read('nodes', 'head', [operator]);
      return { size, root, block: blockNumber };
    },
    async anchorTransaction(operator, minSize) {
      const { anchors } = await index.sync();
      return anchors.get(lower(operator))?.find(anchor => anchor.size >= minSize);
    },
    async anchors(operator) {
      const { anchors } = await index.sync();
      return [...(anchors.get(lower(operator)) ?? [])];
    },
  };
  return nodes;
}
