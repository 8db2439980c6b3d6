import { type Chain, connectChain, httpTransport } from '@koinon/chain';
import { type Deployment, type Hex, roles, schema, ZERO_32 } from '@koinon/protocol';
import type { CourtFinding, Sources } from '@koinon/verify';
import { z } from 'zod';

type ChainSources = Required<
  Pick<Sources, 'anchor' | 'dataset' | 'model' | 'block' | 'candidates' | 'totalStake' | 'beacon' | 'court'>
>;

/** How long the history of a model's passports is waited for, milliseconds. */
const HISTORY_TIMEOUT_MS = 10_000;
const logsSchema = z.array(z.looseObject({ topics: z.array(schema.bytes32) })).max(10_000);

/** What the chain itself says, read at an endpoint without any key. Throws what `connectChain` throws. */
export async function openChainSources(
  rpcUrl: string,
  deployment: Deployment,
): Promise<{ sources: ChainSources; close(): Promise<void> }> {
  const chain = await connectChain({ rpcUrls: [rpcUrl], deployment });
  return {
    sources: {
      anchor: (operator, size) => chain.nodes.anchorTransaction(operator, size),
      dataset: id => chain.datasets.get(id),
      model: async digest => {
        const record = await chain.models.get(digest);
        if (!record) return undefined;
        const earlier = await passportsOf(rpcUrl, deployment, digest);
        return { ...record, ...(earlier ? { earlier } : {}) };
      },
      block: number => chain.block(number),
      candidates: draw => candidatesOf(chain, draw),
      totalStake: async block =>
        (await chain.nodes.stakesAt(block)).reduce((sum, { stake }) => sum + stake, 0n),
      beacon: {
        roundAfter: block => chain.beacon.roundAfter(block),
        value: round => chain.beacon.known(round),
      },
      court: statement => findingOf(chain, statement),
    },
    close: () => chain.close(),
  };
}

/** Every auditing node with stake before the anchor, without those of the owners of the two parties. */
export async function candidatesOf(
  chain: Pick<Chain, 'nodes'>,
  { anchorBlock, provider, requester }: { anchorBlock: number; provider: Hex; requester: Hex },
) {
  const registry = new Map((await chain.nodes.list()).map(node => [node.operator, node]));
  const owners = new Set([provider, requester].map(party => registry.get(party)?.owner));
  const stakes = await chain.nodes.stakesAt(anchorBlock - 1);
  return stakes.filter(({ operator }) => {
    const node = registry.get(operator);
    const isParty = operator === provider || operator === requester;
    return node !== undefined && (node.roles & roles.audit) !== 0 && !isParty && !owners.has(node.owner);
  });
}

/** What the court made of a receipt or report; undefined where nobody ever disputed it. */
async function findingOf({ court }: Pick<Chain, 'court'>, statement: Hex): Promise<CourtFinding | undefined> {
  const [convictions, disputes, demands] = await Promise.all([
    court.convictions(),
    court.disputes(),
    court.demands(),
  ]);
  const jury = disputes.find(({ receipt }) => receipt === statement);
  const step = jury && {
    dispute: jury.dispute,
    step: jury.step,
    claimed: jury.claimed,
    accuser: jury.accuser,
    ...(jury.majority ? { majority: jury.majority } : {}),
  };
  const conviction = convictions.find(found => found.statement === statement);
  if (conviction) {
    const { ground, accuser, slashed, block, transaction, dispute } = conviction;
    const named = dispute === ZERO_32 ? {} : { dispute };
    return { ...step, ...named, outcome: 'convicted', ground, accuser, slashed, block, transaction };
  }
  if (jury) return { ...step, outcome: jury.outcome, block: jury.block };
  const demand = demands.findLast(found => found.statement === statement && found.outcome === 'open');
  if (!demand) return undefined;
  return { outcome: 'open', dispute: demand.demand, accuser: demand.demander, block: demand.block };
}

/**
 * Digests of all passports a model was ever registered with, from the events: the contract keeps the last one only.
 * Undefined where the endpoint does not give them.
 */
async function passportsOf(rpcUrl: string, deployment: Deployment, model: Hex): Promise<Hex[] | undefined> {
  const fromBlock = `0x${deployment.startBlock.toString(16)}`;
  const filter = { address: deployment.models, fromBlock, toBlock: 'latest', topics: [null, model] };
  try {
    const signal = AbortSignal.timeout(HISTORY_TIMEOUT_MS);
    const logs = logsSchema.parse(await httpTransport(rpcUrl).request('eth_getLogs', [filter], signal));
    return logs.flatMap(({ topics }) => topics[2] ?? []);
  } catch {
    return undefined;
  }
}
