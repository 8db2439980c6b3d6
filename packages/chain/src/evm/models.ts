import { type Hex, ZERO_ADDRESS } from '@koinon/protocol';
import type { EventIndex } from '../index/eventIndex.ts';
import type { IndexedModel } from '../index/projection.ts';
import type { ModelRecord, Models } from '../interfaces.ts';
import { lower } from '../lower.ts';
import { minedOf } from '../rpc/answers.ts';
import type { Contracts } from './contracts.ts';
import { eachOf } from './eachOf.ts';

export function evmModels(contracts: Contracts, index: EventIndex): Models {
  async function record(model: Hex, registered: IndexedModel | undefined): Promise<ModelRecord | undefined> {
    if (registered === undefined) return undefined;
    const it = await contracts.read('models', 'modelOf', [model]);
    if (it.publisher === ZERO_ADDRESS) return undefined;
    return {
      model: lower(model),
      passport: it.passportDigest,
      publisher: lower(it.publisher),
      registeredAt: it.registeredAt,
      parents: registered.parents,
      block: it.blockNumber,
      transaction: registered.transaction,
    };
  }

  return {
    async register({ model, passport, parents }, options) {
      const doing = 'registering the model';
      return minedOf(await contracts.write('models', 'register', [model, passport, parents], doing, options));
    },
    async amend({ model, passport }, options) {
      const doing = 'amending the passport of a model';
      return minedOf(await contracts.write('models', 'amend', [model, passport], doing, options));
    },
    async get(model) {
      const { models } = await index.sync();
      return record(model, models.get(lower(model)));
    },
    async list() {
      const { models } = await index.sync();
      const records = await eachOf([...models], ([model, registered]) => record(model, registered));
      return records.filter(found => found !== undefined);
    },
  };
}
