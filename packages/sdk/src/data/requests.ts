import { custodyRoutes } from '@koinon/api';
import type { GrantRequest } from '../answers.ts';
import type { Client } from '../client/createClient.ts';
import type { AnswerOf, QuestionOf } from '../client/question.ts';

type Query = NonNullable<QuestionOf<typeof custodyRoutes.requests>['query']>;

/** Requests asked for at once. */
const PAGE = 100;

/**
 * The requests for rows in the node's custody, newest first: who asks, what would run, and how many bits one use could tell at
 * most. All of them, or those of one `status`. Throws what `Client.call` throws.
 *
 * @example
 * for await (const { digest, request, bound } of koinon.requests({ status: 'pending' }))
 *   console.log(digest, request.message.purpose, `at most ${bound?.bits} bits a use`);
 */
export async function* requests(
  client: Client,
  { status }: Pick<Query, 'status'> = {},
): AsyncGenerator<GrantRequest, void, undefined> {
  let before: number | undefined;
  do {
    const query: Query = { limit: PAGE, ...(status ? { status } : {}), ...(before ? { before } : {}) };
    const page: AnswerOf<typeof custodyRoutes.requests> = await client.call(custodyRoutes.requests, {
      query,
    });
    yield* page.requests;
    before = page.next;
  } while (before !== undefined);
}
