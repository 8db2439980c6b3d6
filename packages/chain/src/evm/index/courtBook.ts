import { type Hex, ZERO_32 } from '@koinon/protocol';
import type { ChainEvent } from '../../port/chain.ts';
import type { Conviction, CourtFact, Ground } from '../../port/court.ts';

/** What the court did, before anybody asked when: the block knows. */
export type IndexedFact = Omit<CourtFact, 'timeSeconds'> & { accused?: Hex };

/** Everything the court did so far. Adding costs the same however much that is. */
export interface CourtBook {
  facts: IndexedFact[];
  /** By dispute or demand, and by the receipt or statement it is about. */
  about: Map<Hex, IndexedFact[]>;
  /** What opened a dispute or demand. */
  opening: Map<Hex, IndexedFact>;
  /** Ids in the order of their making. */
  disputes: Hex[];
  demands: Hex[];
  convictions: Conviction[];
}

export function emptyCourtBook(): CourtBook {
  return { facts: [], about: new Map(), opening: new Map(), disputes: [], demands: [], convictions: [] };
}

/** With what the fact's own event leaves out and the one that opened the dispute or demand has. */
function completed(book: CourtBook, fact: IndexedFact): IndexedFact {
  const first = book.opening.get(fact.id);
  if (first === undefined) return fact;
  const accused = fact.accused ?? first.accused;
  const actor = { 'seal-opened': first.who, 'demand-met': first.accused }[fact.what as string];
  const who = fact.who ?? actor;
  return {
    ...fact,
    ...(accused === undefined ? {} : { accused }),
    ...(who === undefined ? {} : { who }),
  };
}

/** Adds the fact; the answer is what watchers are told. */
export function enterFact(book: CourtBook, given: IndexedFact): ChainEvent {
  const fact = completed(book, given);
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
  if (what === 'accused' || what === 'demanded') book.opening.set(id, fact);
  if (what === 'convicted') {
    book.convictions.push({
      accused: accused!,
      statement: details['statement'] as Hex,
      dispute: id,
      ground: details['ground'] as Ground,
      accuser: book.opening.get(id)?.who ?? who!,
      slashed: BigInt(details['slashed'] ?? 0),
      block,
      transaction,
    });
  }
  return { type: 'court', id, what, ...(accused === undefined ? {} : { accused }), block };
}
