import { type Hex, ZERO_ADDRESS } from '@koinon/protocol';
import { lower } from '../../lower.ts';
import type { ModelRecord, Models } from '../../port/models.ts';
import type { IndexedModel } from '../index/projection.ts';
import { eachOf } from './eachOf.ts';
import type { CallParts } from './parts.ts';

export function evmModels({ contracts, on, index }: Pick<CallParts, 'contracts' | 'on' | 'index'>): Models {
  async function record(model: Hex, registered: IndexedModel | undefined): Promise<ModelRecord | undefined> {
    if (registered === undefined) return undefined;
    const it = await contracts.read(on.models, 'modelOf', [model]);
    if (it.publisher === ZERO_ADDRESS) return undefined;
    return {
      model: lower(model),
      passport: it.passportDigest,
      publisher: it.publisher,
      registeredAt: it.registeredAt,
      parents: registered.parents,
      block: it.blockNumber,
      transaction: registered.transaction,
    };
  }

  return {
    async register({ model, passport, parents }, options) {
      const doing = 'registering the model';
      return (await contracts.write(on.models, 'register', [model, passport, parents], { doing, ...options }))
        .mined;
    },
    async amend({ model, passport }, options) {
      const doing = 'amending the passport of a model';
      return (await contracts.write(on.models, 'amend', [model, passport], { doing, ...options })).mined;
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
