import { type NamedNode, namedNodeSchema } from '@koinon/api';
import type { Chain, Contract, Mined } from '@koinon/chain';
import { ascending, type Hex } from '@koinon/protocol';
import { namesAbi } from '@koinon/protocol/abi';

/** The names of nodes on chain, by typed calls of the contract. */
export class NodeNames {
  readonly #contracts: Chain['contracts'];
  readonly #contract: Contract<typeof namesAbi>;

  constructor({ contracts, deployment }: Pick<Chain, 'contracts' | 'deployment'>) {
    this.#contracts = contracts;
    this.#contract = {
      address: deployment.names.toLowerCase() as Hex,
      abi: namesAbi,
      remedies: {
        NotOwner: 'Name it from a node whose operator key is the owner of that node.',
        NameTaken: 'Take the name from that node first, or choose another.',
      },
    };
  }

  /** The name of a node; undefined where it has none. */
  async nameOf(node: Hex): Promise<string | undefined> {
    return (await this.#contracts.read(this.#contract, 'nameOf', [node])) || undefined;
  }

  /** Every node that has a name now, by its address ascending. */
  async list(): Promise<NamedNode[]> {
    const latest = new Map<Hex, NamedNode>();
    for (const { args } of await this.#contracts.events(this.#contract, 'Named')) {
      const named = namedNodeSchema.safeParse(args);
      if (named.success) latest.set(args.node, named.data);
      else latest.delete(args.node);
    }
    return [...latest.values()].sort((a, b) => ascending(a.node, b.node));
  }

  /**
   * Names a node that the sending account owns; an empty name takes it away. Throws `K_CHAIN_REVERTED` with what the
   * contract says, and what to do.
   */
  async set(node: Hex, name: string): Promise<Mined> {
    const { mined } = await this.#contracts.write(this.#contract, 'setName', [node, name], {
      doing: name === '' ? `taking the name of ${node}` : `naming ${node} "${name}"`,
    });
    return mined;
  }
}
