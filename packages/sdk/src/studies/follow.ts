import { type KnownStep, readStep } from '@koinon/api';
import type { Client } from '../client/createClient.ts';
import { type WatchOptions, watchStudy } from './watchStudy.ts';

/**
 * The steps of a study as they happen, from the first on: each once for every status it takes, with its result once it is done,
 * typed by its kind. Ends when the study settles; breaks of the connection are bridged. Times are milliseconds since 1970.
 *
 * Throws what `Client.watch` throws. The signal ends the following, not the study.
 *
 * @example
 * for await (const step of koinon.follow(study)) {
 *   if (step.kind === 'receipt' && step.result)
 *     console.log(`${step.job} ran at ${step.result.receipt.message.provider}`);
 * }
 */
export async function* follow(
  client: Client,
  id: string,
  options: WatchOptions = {},
): AsyncGenerator<KnownStep, void, undefined> {
  for await (const told of watchStudy(client, id, options)) {
    const step = told.event === 'step' ? readStep(told.data) : undefined;
    if (step) yield step;
  }
}
