import { studiesRoutes } from '@koinon/api';
import type { Client } from '../client/createClient.ts';
import type { QuestionOf } from '../client/question.ts';

type Begin = QuestionOf<typeof studiesRoutes.begin>['body'];
/** What is to be learned, from which dataset, and what for: the sentence by which its owner decides. */
export type TrainParameters = Omit<Extract<Begin, { kind: 'train' }>, 'kind'>;

/**
 * Begins a training on rows that nobody here may see, the test of the model, and its registration: the id of the study, at
 * once. `follow` tells what happens, `result` waits for the end. Throws what `Client.call` throws.
 *
 * @example
 * const { id } = await koinon.train({
 *   dataset,
 *   name: 'heart-risk',
 *   purpose: 'Estimate the risk of single patients, for doctors.',
 * });
 * console.log(`study ${id} waits for the owner of the data`);
 */
export function train(client: Client, parameters: TrainParameters): Promise<{ id: string }> {
  return client.call(studiesRoutes.begin, { body: { kind: 'train', ...parameters } });
}
