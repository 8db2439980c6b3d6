import { decodeNode, digestOfCid, KoinonError, passportSchema } from '@koinon/protocol';
import { z } from 'zod';
import type { KoinonNode } from '../../createNode.ts';
import { type Api, json } from '../api.ts';
import { address, bytes32, cid, count, timeMs } from '../wire.ts';

const entry = z.strictObject({
  name: z.string(),
  version: count,
  model: cid,
  passport: cid,
  registeredAtMs: timeMs,
});
const registered = z.strictObject({
  model: bytes32,
  passport: bytes32,
  parents: z.array(bytes32),
  publisher: address,
  registeredAt: count,
  block: count,
  transaction: bytes32,
});
const versionNumber = z.coerce
  .number()
  .int()
  .positive()
  .max(2 ** 31);

export function addModelRoutes(api: Api, node: KoinonNode): void {
  const { store, chain } = node.ports;

  api.add(
    {
      method: 'get',
      path: '/api/models',
      summary: 'The models this node serves, every version',
      tag: 'models',
      answer: json(z.strictObject({ models: z.array(entry) })),
      needsToken: false,
    },
    () => ({ models: node.catalogue.list() }),
  );

  api.add(
    {
      method: 'get',
      path: '/api/models/:name',
      summary:
        'A model with its passport, the newest version unless told; `registered` is the chain’s record',
      tag: 'models',
      params: z.object({ name: z.string() }),
      query: z.object({ version: versionNumber.optional() }),
      answer: json(
        z.strictObject({ model: entry, passport: passportSchema, registered: registered.nullable() }),
      ),
      needsToken: false,
    },
    async ({ params: { name }, query: { version } }) => {
      const model = version === undefined ? node.catalogue.latest(name) : node.catalogue.get(name, version);
      const bytes = model && (await store.blobs.get(model.passport));
      if (!model || !bytes) throw modelUnknown(name);
      return {
        model,
        passport: passportSchema.parse(decodeNode(bytes)),
        registered: (await chain.models.get(digestOfCid(model.model))) ?? null,
      };
    },
  );
}

export function modelUnknown(name: string): KoinonError {
  return new KoinonError({
    code: 'K_MODEL_UNKNOWN',
    message: `No model "${name.slice(0, 80)}" is served here.`,
    fault: 'user',
    next: '"koinon models ls" lists them.',
  });
}
