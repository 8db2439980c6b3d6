import { digestOfCid, disputeDetailSchema, disputesViewSchema, schema } from '@koinon/protocol';
import type { Sources } from '@koinon/verify';
import { z } from 'zod';
import { modelsAnswer } from '../api/answers.ts';
import type { NodeClient } from '../api/nodeClient.ts';

const anchorAnswer = z.object({
  anchor: z
    .object({
      size: schema.uint(64),
      root: schema.bytes32,
      transaction: schema.bytes32,
      block: z.number().int().nonnegative(),
      blockHash: schema.bytes32,
    })
    .nullable(),
});
const datasetAnswer = z.looseObject({
  owner: schema.address,
  custodian: schema.address,
  contentRoot: schema.bytes32,
  policyDigest: schema.bytes32,
  metadataDigest: schema.bytes32,
  epoch: schema.uint(64),
});
const registeredAnswer = z.looseObject({
  registered: z.looseObject({ passport: schema.bytes32, publisher: schema.address }).nullable(),
});

/** What a node says the chain says, where the chain cannot be asked itself: better than nothing, but its word. */
export function nodeSources(
  client: NodeClient,
): Required<Pick<Sources, 'anchor' | 'dataset' | 'model' | 'court'>> {
  return {
    anchor: async (operator, size) => {
      const { anchor } = await client.get(`/api/anchors/${operator}?size=${size}`, anchorAnswer);
      return anchor ?? undefined;
    },
    dataset: id => client.get(`/api/datasets/${id}`, datasetAnswer),
    model: async digest => {
      const { models } = await client.get('/api/models', modelsAnswer);
      const entry = models.find(({ model }) => digestOfCid(model) === digest);
      if (entry) {
        const path = `/api/models/${encodeURIComponent(entry.name)}?version=${entry.version}`;
        return (await client.get(path, registeredAnswer)).registered ?? undefined;
      }
      throw new Error('the node does not serve the model, so it says nothing about it');
    },
    court: async statement => {
      const { disputes } = await client.get('/api/disputes', disputesViewSchema);
      const found = disputes.find(dispute => dispute.statement === statement);
      if (!found) return undefined;
      const { jury } = await client.get(`/api/disputes/${found.id}`, disputeDetailSchema);
      const { id, outcome, ground, accuser, slashed } = found;
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
  };
}

/** The states a provider told, where the node keeps them with a dispute; whoever asks holds them to the trace. */
export function nodeTrace(reach: () => NodeClient): Required<Pick<Sources, 'trace'>> {
  return {
    trace: async receipt => {
      const client = reach();
      const { disputes } = await client.get('/api/disputes', disputesViewSchema);
      const found = disputes.find(({ statement, kind }) => statement === receipt && kind === 'jury');
      if (!found) return undefined;
      return (await client.get(`/api/disputes/${found.id}`, disputeDetailSchema)).work?.roots;
    },
  };
}
