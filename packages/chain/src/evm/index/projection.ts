import type { Hex } from '@koinon/protocol';
import type { ChainEvent } from '../../port/chain.ts';
import type { ChannelParams } from '../../port/escrow.ts';
import type { LogAnchor } from '../../port/nodes.ts';
import { type CourtBook, emptyCourtBook, enterFact } from './courtBook.ts';
import type { IndexedEvent } from './indexedEvent.ts';

export type IndexedModel = Extract<IndexedEvent, { type: 'model' }>;

/** What the events so far come to. */
export interface Projection {
  /** Operators in the order they registered. */
  operators: Set<Hex>;
  multiaddrs: Map<Hex, string[]>;
  anchors: Map<Hex, LogAnchor[]>;
  /** Metadata digest by dataset id. */
  datasets: Map<bigint, Hex>;
  models: Map<Hex, IndexedModel>;
  channels: Map<Hex, ChannelParams>;
  court: CourtBook;
}

export function emptyProjection(): Projection {
  return {
    operators: new Set(),
    multiaddrs: new Map(),
    anchors: new Map(),
    datasets: new Map(),
    models: new Map(),
    channels: new Map(),
    court: emptyCourtBook(),
  };
}

/** Adds the event; the answer is what watchers are told. */
export function project(into: Projection, event: IndexedEvent): ChainEvent | undefined {
  switch (event.type) {
    case 'node':
      into.operators.add(event.operator);
      return { type: 'node', operator: event.operator, block: event.block };
    case 'announced':
      into.multiaddrs.set(event.operator, event.multiaddrs);
      return { type: 'node', operator: event.operator, block: event.block };
    case 'anchored': {
      const { root, transaction, block, blockHash } = event;
      const anchor = { size: BigInt(event.size), root, transaction, block, blockHash };
      const earlier = into.anchors.get(event.operator);
      if (earlier === undefined) into.anchors.set(event.operator, [anchor]);
      else earlier.push(anchor);
      return { type: 'anchored', operator: event.operator, anchor };
    }
    case 'dataset': {
      const id = BigInt(event.id);
      if (event.metadataDigest !== undefined) into.datasets.set(id, event.metadataDigest);
      return { type: 'dataset', id, block: event.block };
    }
    case 'model':
      into.models.set(event.model, event);
      return { type: 'model', model: event.model, block: event.block };
    case 'amended':
      return { type: 'model', model: event.model, block: event.block };
    case 'court': {
      const { type: _, blockHash: __, who, accused, ...fact } = event;
      return enterFact(into.court, {
        ...fact,
        ...(who === undefined ? {} : { who }),
        ...(accused === undefined ? {} : { accused }),
      });
    }
    case 'channel': {
      const { channel, what, block } = event;
      if (event.params !== undefined) {
        const { coverage, number, ...parties } = event.params;
        into.channels.set(channel, { ...parties, coverage: BigInt(coverage), number: BigInt(number) });
      }
      const params = into.channels.get(channel);
      if (params === undefined) return undefined;
      return { type: 'channel', channel, payer: params.payer, payee: params.payee, what, block };
    }
  }
}
