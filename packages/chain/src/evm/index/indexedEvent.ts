import { schema } from '@koinon/protocol';
import type { Abi } from 'viem';
import { decodeEventLog, toEventSelector } from 'viem/utils';
import { z } from 'zod';
import { abis } from '../contracts/deployed.ts';
import type { Log } from '../rpc/answers.ts';
import { courtFacts, courtShapes } from './courtShapes.ts';

const place = {
  block: z.number().int().nonnegative(),
  blockHash: schema.bytes32,
  transaction: schema.bytes32,
};
const { address, bytes32, uint } = schema;
const decimal = uint(256).transform(value => value.toString());

/** What the index keeps of an event; large numbers as decimal text, so that a snapshot is plain JSON. */
export const indexedEventSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('node'), ...place, operator: address }),
  z.object({ type: z.literal('announced'), ...place, operator: address, multiaddrs: z.array(z.string()) }),
  z.object({ type: z.literal('anchored'), ...place, operator: address, size: decimal, root: bytes32 }),
  z.object({ type: z.literal('dataset'), ...place, id: decimal, metadataDigest: bytes32.optional() }),
  z.object({
    type: z.literal('model'),
    ...place,
    model: bytes32,
    passport: bytes32,
    publisher: address,
    parents: z.array(bytes32),
  }),
  z.object({ type: z.literal('amended'), ...place, model: bytes32 }),
  z.object({
    type: z.literal('channel'),
    ...place,
    channel: bytes32,
    what: z.enum(['opened', 'closing', 'closed']),
    /** On `opened`. */
    params: z
      .object({
        payer: address,
        payee: address,
        token: address,
        signer: address,
        coverage: decimal,
        number: decimal,
      })
      .optional(),
  }),
  z.object({
    type: z.literal('court'),
    ...place,
    what: z.enum(courtFacts),
    id: bytes32,
    who: address.optional(),
    accused: address.optional(),
    details: z.record(z.string(), z.string()),
  }),
]);
export type IndexedEvent = z.output<typeof indexedEventSchema>;
type Shaped = z.input<typeof indexedEventSchema>;

/** Longest list of addresses read out of an announcement. */
const MULTIADDRS_MAX = 16;

type Arguments = Record<string, never>;
const shapes: Record<string, (args: Arguments) => Record<string, unknown>> = {
  'nodes.Registered': ({ operator }) => ({ type: 'node', operator }),
  'nodes.Updated': ({ operator }) => ({ type: 'node', operator }),
  'nodes.Staked': ({ operator }) => ({ type: 'node', operator }),
  'nodes.UnstakeRequested': ({ operator }) => ({ type: 'node', operator }),
  'nodes.Slashed': ({ operator }) => ({ type: 'node', operator }),
  'nodes.Announced': ({ operator, addresses }) => ({
    type: 'announced',
    operator,
    multiaddrs: String(addresses)
      .split(',')
      .map(text => text.trim())
      .filter(text => text !== '')
      .slice(0, MULTIADDRS_MAX),
  }),
  'nodes.Anchored': ({ operator, size, root }) => ({ type: 'anchored', operator, size, root }),
  'datasets.Published': ({ dataset, metadataDigest }) => ({ type: 'dataset', id: dataset, metadataDigest }),
  'datasets.Described': ({ dataset, metadataDigest }) => ({ type: 'dataset', id: dataset, metadataDigest }),
  'datasets.CustodianChanged': ({ dataset }) => ({ type: 'dataset', id: dataset }),
  'datasets.PolicyChanged': ({ dataset }) => ({ type: 'dataset', id: dataset }),
  'datasets.EpochStarted': ({ dataset }) => ({ type: 'dataset', id: dataset }),
  'datasets.GrantRevoked': ({ dataset }) => ({ type: 'dataset', id: dataset }),
  'models.Registered': ({ model, passportDigest, publisher, parents }) => ({
    type: 'model',
    model,
    passport: passportDigest,
    publisher,
    parents,
  }),
  'models.Amended': ({ model }) => ({ type: 'amended', model }),
  'escrow.ChannelOpened': ({ channel, key }) => ({ type: 'channel', channel, what: 'opened', params: key }),
  'escrow.CloseRequested': ({ channel }) => ({ type: 'channel', channel, what: 'closing' }),
  'escrow.ChannelClosed': ({ channel }) => ({ type: 'channel', channel, what: 'closed' }),
  ...courtShapes,
};

const indexedContracts = ['nodes', 'escrow', 'datasets', 'models', 'court'] as const;
type IndexedContract = (typeof indexedContracts)[number];
export type IndexedAddresses = Record<IndexedContract, string>;

const selectors = new Map<string, { name: string; abi: Abi }>();
for (const contract of indexedContracts) {
  for (const item of abis[contract] as Abi) {
    if (item.type !== 'event' || shapes[`${contract}.${item.name}`] === undefined) continue;
    selectors.set(`${contract}.${toEventSelector(item)}`, { name: `${contract}.${item.name}`, abi: [item] });
  }
}

/** First topics of the events the index keeps. */
export const indexedTopics: string[] = [...new Set([...selectors.keys()].map(key => key.split('.')[1]!))];

/** What the index keeps of a log; undefined for one that is not its business. */
export function indexedEventOf(log: Log, addresses: IndexedAddresses): IndexedEvent | undefined {
  const contract = (Object.keys(addresses) as IndexedContract[]).find(
    name => addresses[name] === log.address,
  );
  const known = selectors.get(`${contract}.${log.topics[0]}`);
  if (known === undefined) return undefined;
  const { args } = decodeEventLog({
    abi: known.abi,
    topics: log.topics as [`0x${string}`],
    data: log.data,
  });
  const event = {
    ...shapes[known.name]!(args as unknown as Arguments),
    block: log.blockNumber,
    blockHash: log.blockHash,
    transaction: log.transactionHash,
  };
  return indexedEventSchema.parse(event as Shaped);
}
