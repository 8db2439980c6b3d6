import { type Hex, ZERO_32 } from '@koinon/protocol';
import { lower } from '../../lower.ts';
import type { NodeRecord, Nodes } from '../../port/nodes.ts';
import { refusalOf } from '../transactions/revert.ts';
import { eachOf } from './eachOf.ts';
import type { CallParts } from './parts.ts';
import { peerIdBytes, peerIdText } from './peerId.ts';

type NodesParts = Pick<CallParts, 'contracts' | 'on' | 'index' | 'account' | 'withPermit'>;

export function evmNodes({ contracts, on, index, account, withPermit }: NodesParts): Nodes {
  async function record(operator: Hex, multiaddrs: string[]): Promise<NodeRecord> {
    const [node, stake] = await Promise.all([
      contracts.read(on.nodes, 'node', [operator]),
      contracts.read(on.nodes, 'freeStake', [operator]),
    ]);
    return {
      operator: lower(operator),
      owner: node.owner,
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
        if (refusalOf(error) === 'NotRegistered') return undefined;
        throw error;
      }
    },
    async register({ owner = account, peerId, roles, metadata = ZERO_32, multiaddrs }, options) {
      const sent = await contracts.write(
        on.nodes,
        'register',
        [owner, peerIdBytes(peerId), roles, metadata],
        { doing: 'registering the node', ...options },
      );
      if (multiaddrs !== undefined) {
        const key = options?.key;
        await nodes.announce(multiaddrs, key === undefined ? {} : { key: `${key}:announce` });
      }
      return sent.mined;
    },
    async announce(multiaddrs, options) {
      const doing = "announcing the node's addresses";
      return (await contracts.write(on.nodes, 'announce', [multiaddrs.join(',')], { doing, ...options }))
        .mined;
    },
    setRoles: (roles, options) => nodes.update({ roles }, options),
    async update(changes, options) {
      const present = await contracts.read(on.nodes, 'node', [account]);
      const peerId = changes.peerId === undefined ? present.peerId : peerIdBytes(changes.peerId);
      const { roles = present.roles, metadata = present.metadata } = changes;
      const args = [account, peerId, roles, metadata] as const;
      return (
        await contracts.write(on.nodes, 'update', args, {
          doing: "changing the node's description",
          ...options,
        })
      ).mined;
    },
    async stake(operator, amount, options) {
      return withPermit('nodes', amount, async permit => {
        const args = [operator, amount, ...permit] as const;
        return (await contracts.write(on.nodes, 'stakeWithPermit', args, { doing: 'staking', ...options }))
          .mined;
      });
    },
    async requestUnstake(operator, amount, options) {
      return (
        await contracts.write(on.nodes, 'requestUnstake', [operator, amount], {
          doing: 'unstaking',
          ...options,
        })
      ).mined;
    },
    async withdrawStake(operator, to, options) {
      return (
        await contracts.write(on.nodes, 'withdraw', [operator, to], {
          doing: 'withdrawing the stake',
          ...options,
        })
      ).mined;
    },
    async slashable(operator) {
      const { active, unstaking } = await contracts.read(on.nodes, 'stakeOf', [operator]);
      return active + unstaking;
    },
    stakeAt: (operator, block) => contracts.read(on.nodes, 'stakeAt', [operator, BigInt(block)]),
    async stakesAt(block) {
      const { operators } = await index.sync();
      const stakes = await eachOf([...operators].sort(), async operator => ({
        operator,
        stake: await nodes.stakeAt(operator, block),
      }));
      return stakes.filter(({ stake }) => stake > 0n);
    },
    async anchor(size, root, options) {
      return (
        await contracts.write(on.nodes, 'anchor', [size, root], { doing: 'anchoring the log', ...options })
      ).mined;
    },
    async head(operator) {
      const { size, root, blockNumber } = await contracts.read(on.nodes, 'head', [operator]);
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
