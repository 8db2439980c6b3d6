import { studiesRoutes } from '@koinon/api';
import type { Quote } from '../answers.ts';
import type { Client } from '../client/createClient.ts';
import type { QuestionOf } from '../client/question.ts';

/** A study that is thought of, or a program on its own. */
export type QuoteParameters = NonNullable<QuestionOf<typeof studiesRoutes.quote>['body']>;

/**
 * What work would cost at most, the chance that a wrong result is never found, and how many bits private jobs could tell.
 * Amounts are base units of KOIN, chances parts per million. Nothing is begun. Throws what `Client.call` throws.
 *
 * @example
 * const { totalAmount, risk } = await koinon.quote({ program, assurance: { kind: 'replay' } });
 * console.log(`at most ${totalAmount}; unfound ${risk.undetectedPpm / 10_000} %`);
 */
export function quote(client: Client, parameters: QuoteParameters): Promise<Quote> {
  return client.call(studiesRoutes.quote, { body: parameters });
}
