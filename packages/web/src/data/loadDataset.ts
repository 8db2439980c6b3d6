import type { DatasetRecord } from '@koinon/sdk';
import type { Dataset } from '../api/answers.ts';
import { ask, loadClient } from '../api/ask.ts';

/** A dataset with its record as far as it can be read: whoever published it wrote that. */
export async function loadDataset(id: string): Promise<{ dataset: Dataset; record: DatasetRecord }> {
  const [dataset, { readRecord }] = await Promise.all([
    ask('custody.dataset', { params: { id } }),
    loadClient(),
  ]);
  return { dataset, record: readRecord(dataset.metadata) };
}
