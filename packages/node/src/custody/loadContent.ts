import { contentRoot, fromHex, KoinonError } from '@koinon/protocol';
import type { Store } from '@koinon/store';
import type { HeldDataset } from './datasetBook.ts';

/** The private bytes of a dataset, checked against the content root it was published under. */
export async function loadContent(store: Store, dataset: HeldDataset): Promise<Uint8Array> {
  const bytes = await store.blobs.get(dataset.content);
  if (!bytes) {
    throw new KoinonError({
      code: 'K_CONTENT_LOST',
      message: `The content of dataset ${dataset.id} is no longer in this node's store.`,
      fault: 'platform',
      next: 'Restore it from the backup, or publish the dataset again.',
    });
  }
  if (contentRoot(bytes, fromHex(dataset.contentSalt)) !== dataset.contentRoot) {
    throw new KoinonError({
      code: 'K_CONTENT_CHANGED',
      message: `The content of dataset ${dataset.id} does not have the root it was published under.`,
      fault: 'platform',
    });
  }
  return bytes;
}
