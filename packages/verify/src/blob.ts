import { type Cid, cidOfBytes, isNamedBy } from '@koinon/protocol';
import { asked } from './check.ts';
import type { Sources } from './sources.ts';

/** Bytes that were given under a name: the right ones, others, or none. */
export type Found = { state: 'right'; bytes: Uint8Array } | { state: 'wrong' } | { state: 'missing' };

/** True when the name stands for these bytes: by their digest, or by the list of their chunks. */
export function isContentOf(bytes: Uint8Array, cid: Cid): boolean {
  return isNamedBy(bytes, cid) || cidOfBytes(bytes) === cid;
}

/** Asks for a blob and holds it to its name. */
export async function findBlob(sources: Pick<Sources, 'blob'>, cid: Cid): Promise<Found> {
  const bytes = await asked(() => sources.blob(cid));
  if (!bytes) return { state: 'missing' };
  return isContentOf(bytes, cid) ? { state: 'right', bytes } : { state: 'wrong' };
}

/** The bytes when they are the right ones; anything else is reported elsewhere. */
export async function readBlob(sources: Pick<Sources, 'blob'>, cid: Cid): Promise<Uint8Array | undefined> {
  try {
    const found = await findBlob(sources, cid);
    return found.state === 'right' ? found.bytes : undefined;
  } catch {
    return undefined;
  }
}
