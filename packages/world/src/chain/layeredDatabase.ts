import type { BatchDBOp, DB } from '@ethereumjs/util';

/** Nodes of tries and code by their hashes: what stands under a key never changes. */
export type Layer = ReadonlyMap<string, Uint8Array>;

/** A database that is read through to what lies below, which is shared and stays as it is, and written on top. */
export function layeredDatabase(
  below: Layer | undefined,
  above: Map<string, Uint8Array>,
): DB<string, Uint8Array> {
  const db: DB<string, Uint8Array> = {
    get: async key => above.get(key) ?? below?.get(key),
    put: async (key, value) => void above.set(key, value),
    del: async key => void above.delete(key),
    async batch(operations: BatchDBOp<string, Uint8Array>[]) {
      for (const operation of operations) {
        if (operation.type === 'put') above.set(operation.key, operation.value);
        else above.delete(operation.key);
      }
    },
    shallowCopy: () => db,
    open: async () => undefined,
  };
  return db;
}
