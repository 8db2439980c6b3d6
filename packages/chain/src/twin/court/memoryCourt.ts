import type { Hex } from '@koinon/protocol';
import { refusal } from '../../evm/transactions/revert.ts';
import { lower } from '../../lower.ts';
import type { Court, CourtFact } from '../../port/court.ts';
import { accusations } from './accusations.ts';
import { type Bench, bench, type CourtParts, mismatch } from './bench.ts';
import { demandBook } from './demands.ts';
import { juryBook } from './juries.ts';
import { moneyBook } from './money.ts';

/**
 * The rules of Court.sol over plain maps; `of` answers the court as an account sees it. It is in office for ever, and has
 * no arithmetic.
 */
export function memoryCourt(parts: CourtParts): { of(account: Hex): Court } {
  const shared = bench(parts);
  const demands = demandBook(shared);
  const juries = juryBook(shared);
  const money = moneyBook(shared);
  const { book, ledger } = shared;
  parts.audits.isFoundFalse = receipt => shared.ground(receipt) !== undefined;

  return {
    of: account => ({
      address: parts.address,
      terms: async () => parts.terms,
      ...accusations(shared, account),
      ...sentences(shared, account),
      ...demands.of(account),
      ...juries.of(account),
      ...money.of(account),
      groundOf: async statement => shared.ground(statement),
      caseOf: async receipt => shared.viewCase(receipt),
      convictions: async () => [...book.convictions],
      async timeline(id) {
        const facts = id === undefined ? book.facts : (book.about.get(lower(id)) ?? []);
        return facts.map(({ accused: _, ...fact }): CourtFact => {
          return { ...fact, timeSeconds: ledger.block(fact.block)!.timestampSeconds };
        });
      },
    }),
  };
}

function sentences(
  shared: Bench,
  account: Hex,
): Pick<Court, 'enforce' | 'sentenceOf' | 'plead' | 'isPlanted' | 'isRefuted'> {
  const { ledger, digest, planted, audits } = shared;
  return {
    enforce: (accused, id, options) =>
      ledger.run(account, options, (place, tell) => {
        const hearing = { place, tell, by: account };
        if (!shared.enforce(hearing, lower(accused), lower(id)))
          throw refusal('Unknown', { id: lower(id) }, 'enforcing the conviction');
        shared.burnAll();
      }),
    sentenceOf: async (accused, id) => shared.sentenceOf(accused, id),
    plead: (receipt, anchorIndex, options) =>
      ledger.run(account, options, (place, tell) => {
        const doing = 'the plea';
        const statement = digest('Receipt', receipt);
        const provider = lower(receipt.provider);
        shared.requireUndecided(statement, doing);
        const plantedAt = audits.plantedAt(provider, receipt.order);
        if (plantedAt === undefined) throw mismatch('plant', doing);
        const { anchor, isFirst } = shared.firstAnchor(provider, anchorIndex, receipt.logIndex, doing);
        if (!isFirst || anchor.anchoredAt <= plantedAt) throw mismatch('anchor', doing);
        planted.add(statement);
        const fact = { id: statement, accused: provider, details: { receipt: statement } };
        shared.enter({ place, tell, by: account }, { what: 'pleaded', ...fact });
      }),
    isPlanted: async receipt => planted.has(lower(receipt)),
    isRefuted: async receipt => shared.refuted.has(lower(receipt)),
  };
}
