import { openSecret } from '@koinon/kernel';
import { contentRoot, type DatasetRows, fromHex, KoinonError } from '@koinon/protocol';
import type { Store } from '@koinon/store';
import { partOf } from '@koinon/tabular';
import type { HeldDataset } from './datasetBook.ts';

/** A part of the private rows of a dataset, as a table; the whole is checked against the content root it was published under. */
export async function loadContent(
  store: Store,
  dataset: HeldDataset,
  rows: DatasetRows,
): Promise<Uint8Array> {
  const kept = await store.blobs.get(dataset.content);
  if (!kept) {
    throw new KoinonError({
      code: 'K_CONTENT_LOST',
      message: `The content of dataset ${dataset.id} is no longer in this node's store.`,
      fault: 'platform',
      next: 'Restore it from the backup, or publish the dataset again.',
    });
  }
  const bytes = openSecret(kept);
  if (contentRoot(bytes, fromHex(dataset.contentSalt)) !== dataset.contentRoot) {
    throw new KoinonError({
      code: 'K_CONTENT_CHANGED',
      message: `The content of dataset ${dataset.id} does not have the root it was published under.`,
      fault: 'platform',
    });
  }
  return partOf(bytes, rows);
}
