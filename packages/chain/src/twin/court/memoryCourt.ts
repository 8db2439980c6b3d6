import type { Hex } from '@koinon/protocol';
import type { Court, CourtFact } from '../../court.ts';
import { lower } from '../../lower.ts';
import { accusations } from './accusations.ts';
import { bench, type CourtParts } from './bench.ts';
import { demandBook } from './demands.ts';
import { juryBook } from './juries.ts';
import { moneyBook } from './money.ts';

/** The rules of Court.sol over plain maps; `of` answers the court as an account sees it. */
export function memoryCourt(parts: CourtParts): { of(account: Hex): Court } {
  const shared = bench(parts);
  const demands = demandBook(shared);
  const juries = juryBook(shared);
  const money = moneyBook(shared);
  const { book } = shared;

  return {
    of: account => ({
      address: parts.address,
      terms: async () => parts.terms,
      ...accusations(shared, account),
      ...demands.of(account),
      ...juries.of(account),
      ...money.of(account),
      groundOf: async statement => shared.ground(statement),
      convictions: async () => [...book.convictions],
      async timeline(id) {
        const facts = id === undefined ? book.facts : (book.about.get(lower(id)) ?? []);
        return facts.map(({ accused: _, ...fact }): CourtFact => {
          const timeSeconds = parts.ledger.block(fact.block)!.timestampSeconds;
          return { ...fact, timeSeconds };
        });
      },
    }),
  };
}
