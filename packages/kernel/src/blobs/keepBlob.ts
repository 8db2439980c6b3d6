import { type Cid, decodeNode, isNamedBy, isNodeCid, KoinonError } from '@koinon/protocol';
import type { Store } from '@koinon/store';

/** Keeps fetched bytes under the name they were asked for by; a structure stays one. Throws `K_BLOB_CORRUPT`. */
export async function keepBlob(
  { blobs }: Pick<Store, 'blobs'>,
  cid: Cid,
  bytes: Uint8Array,
  visibility: 'public' | 'private',
): Promise<void> {
  const isStructure = isNodeCid(cid) && isNamedBy(bytes, cid);
  const kept = isStructure
    ? await blobs.putNode(decodeNode(bytes), visibility)
    : await blobs.put(bytes, visibility);
  if (kept === cid) return;
  throw new KoinonError({
    code: 'K_BLOB_CORRUPT',
    message: `The blob fetched as ${cid} has the name ${kept}.`,
    fault: 'peer',
    data: { cid, kept },
  });
}
