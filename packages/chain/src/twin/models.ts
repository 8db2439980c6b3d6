import { type Hex, ZERO_32, ZERO_ADDRESS } from '@koinon/protocol';
import { refusal } from '../evm/transactions/revert.ts';
import { lower } from '../lower.ts';
import type { ModelRecord, Models } from '../port/models.ts';
import type { Ledger } from './ledger.ts';

const PARENTS_MAX = 16;

/** The rules of Models.sol over a plain map. */
export function memoryModels(ledger: Ledger): { of(account: Hex): Models } {
  const records = new Map<Hex, ModelRecord>();

  return {
    of: account => ({
      register: ({ model, passport, parents }, options) =>
        ledger.run(account, options, ({ block, transaction, timestamp }, tell) => {
          const doing = 'registering the model';
          const digest = lower(model);
          if (digest === ZERO_32 || lower(passport) === ZERO_32) throw refusal('ZeroDigest', {}, doing);
          if (parents.length > PARENTS_MAX) {
            throw refusal('TooManyParents', { count: parents.length, max: PARENTS_MAX }, doing);
          }
          const taken = records.get(digest);
          if (taken !== undefined) {
            throw refusal('AlreadyRegistered', { model: digest, publisher: taken.publisher }, doing);
          }
          const unknown = parents.map(lower).find(parent => !records.has(parent));
          if (unknown !== undefined) throw refusal('ParentUnknown', { parent: unknown }, doing);
          records.set(digest, {
            model: digest,
            passport: lower(passport),
            parents: parents.map(lower),
            publisher: account,
            registeredAt: timestamp,
            block,
            transaction,
          });
          tell({ type: 'model', model: digest, block });
        }),
      amend: ({ model, passport }, options) =>
        ledger.run(account, options, ({ block }, tell) => {
          const doing = 'amending the passport of a model';
          const digest = lower(model);
          if (lower(passport) === ZERO_32) throw refusal('ZeroDigest', {}, doing);
          const record = records.get(digest);
          const publisher = record?.publisher ?? ZERO_ADDRESS;
          if (record === undefined || publisher !== account) {
            throw refusal('NotPublisher', { model: digest, caller: account, publisher }, doing);
          }
          record.passport = lower(passport);
          tell({ type: 'model', model: digest, block });
        }),
      async get(model) {
        const record = records.get(lower(model));
        return record && { ...record, parents: [...record.parents] };
      },
      list: async () => [...records.values()].map(record => ({ ...record, parents: [...record.parents] })),
    }),
  };
}
