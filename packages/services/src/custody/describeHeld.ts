import { decodeNode, KoinonError, readDescription, type TableDescription } from '@koinon/protocol';
import type { Store } from '@koinon/store';

/** The public description of a dataset in custody, from its own record. Throws `K_CONTENT_LOST`. */
export async function describeHeld(
  { blobs }: Pick<Store, 'blobs'>,
  { id, metadata }: { id: bigint; metadata: string },
): Promise<TableDescription> {
  const bytes = await blobs.get(metadata);
  if (bytes) return readDescription(decodeNode(bytes));
  throw new KoinonError({
    code: 'K_CONTENT_LOST',
    message: `The record of dataset ${id} is no longer in this node's store.`,
    fault: 'platform',
    next: 'Restore it from the backup, or publish the dataset again.',
  });
}
