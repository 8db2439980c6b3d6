import { type Hex, ZERO_32 } from '@koinon/protocol';
import type { Conviction, CourtFact, Ground } from '../court.ts';
import type { ChainEvent } from '../interfaces.ts';

/** What the court did, before anybody asked when: the block knows. */
export type IndexedFact = Omit<CourtFact, 'timeSeconds'> & { accused?: Hex };

/** Everything the court did so far. Adding costs the same however much that is. */
export interface CourtBook {
  facts: IndexedFact[];
  /** By dispute or demand, and by the receipt or statement it is about. */
  about: Map<Hex, IndexedFact[]>;
  /** Ids in the order of their making. */
  disputes: Hex[];
  demands: Hex[];
  convictions: Conviction[];
}

export function emptyCourtBook(): CourtBook {
  return { facts: [], about: new Map(), disputes: [], demands: [], convictions: [] };
}

/** Whoever opened the dispute or demand. */
function raisedBy(book: CourtBook, id: Hex): Hex | undefined {
  const first = book.about.get(id)?.[0];
  return first?.what === 'accused' || first?.what === 'demanded' ? first.who : undefined;
}

/** Adds the fact; the answer is what watchers are told. */
export function enterFact(book: CourtBook, fact: IndexedFact): ChainEvent {
  const { id, what, accused, block, transaction, details, who } = fact;
  book.facts.push(fact);
  for (const key of new Set([id, details['receipt'], details['statement']])) {
    if (key === undefined || key === ZERO_32) continue;
    const found = book.about.get(key as Hex);
    if (found === undefined) book.about.set(key as Hex, [fact]);
    else found.push(fact);
  }
  if (what === 'accused') book.disputes.push(id);
  if (what === 'demanded') book.demands.push(id);
  if (what === 'convicted') {
    book.convictions.push({
      accused: accused!,
      statement: details['statement'] as Hex,
      dispute: id,
      ground: details['ground'] as Ground,
      accuser: raisedBy(book, id) ?? who!,
      slashed: BigInt(details['slashed'] ?? 0),
      block,
      transaction,
    });
  }
  return { type: 'court', id, what, ...(accused === undefined ? {} : { accused }), block };
}
