import { courtRoutes, custodyRoutes, evidenceRoutes, servingRoutes } from '@koinon/api';
import { digestOfCid, type Hex, KoinonError } from '@koinon/protocol';
import type { Sources } from '@koinon/verify';
import type { Client } from '../client/createClient.ts';

/** What a node can be asked about evidence. */
export type NodeSources = Required<
  Pick<Sources, 'blob' | 'anchor' | 'dataset' | 'model' | 'court' | 'trace'>
>;

/**
 * What a node says, for `@koinon/verify`. Blobs and traces are held to their names by whoever asks; what stands on chain is
 * the node's word, better than nothing where the chain cannot be asked itself.
 */
export function nodeSources(client: Pick<Client, 'call'>): NodeSources {
  const disputeAbout = async (statement: Hex, kind?: 'jury') => {
    const { disputes } = await client.call(courtRoutes.disputes);
    const found = disputes.find(
      each => each.statement === statement && (kind === undefined || each.kind === kind),
    );
    return found && client.call(courtRoutes.dispute, { params: { id: found.id } });
  };
  return {
    blob: cid => client.call(evidenceRoutes.blob, { params: { cid } }).catch(undefinedWhereMissing),
    anchor: async (operator, size) => {
      const { anchor } = await client.call(evidenceRoutes.anchor, { params: { operator }, query: { size } });
      return anchor ? { ...anchor, size: BigInt(anchor.size) } : undefined;
    },
    dataset: async id => {
      const { epoch, ...dataset } = await client.call(custodyRoutes.dataset, { params: { id } });
      return { ...dataset, epoch: BigInt(epoch) };
    },
    model: async digest => {
      const { models } = await client.call(servingRoutes.models);
      const entry = models.find(({ model }) => digestOfCid(model) === digest);
      if (!entry) throw new Error('the node does not serve the model, so it says nothing about it');
      const { name, version } = entry;
      const { registered } = await client.call(servingRoutes.model, { params: { name }, query: { version } });
      return registered ?? undefined;
    },
    court: async statement => {
      const found = await disputeAbout(statement);
      if (!found) return undefined;
      const { id, outcome, ground, accuser, slashed, jury } = found;
      return {
        outcome,
        accuser,
        slashed: BigInt(slashed),
        ...(id === statement ? {} : { dispute: id }),
        ...(ground ? { ground } : {}),
        ...(jury ? { step: BigInt(jury.step), claimed: jury.claimed } : {}),
        ...(jury?.majority ? { majority: jury.majority } : {}),
      };
    },
    trace: async receipt => (await disputeAbout(receipt, 'jury'))?.work?.roots,
  };
}

function undefinedWhereMissing(error: unknown): undefined {
  if (error instanceof KoinonError && error.code === 'K_HTTP_NOT_FOUND') return undefined;
  throw error;
}
