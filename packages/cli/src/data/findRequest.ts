import { custodyRoutes } from '@koinon/api';
import type { Hex } from '@koinon/protocol';
import { KoinonError } from '@koinon/protocol/errors';
import type { AnswerOf, Client, GrantRequest } from '@koinon/sdk';
import { usageError } from '../terminal/usageError.ts';

/** Characters of a request that a list shows: enough to name it by. */
const SHOWN = 10;
const PREFIX_MIN = 4;
const DIGEST = 66;
const PAGE = 100;

export function beginningOf(digest: string): string {
  return digest.slice(0, SHOWN);
}

/** All that is known of the request whose digest begins like this; its owner has then looked at it. Throws as `findRequest`. */
export async function lookAtRequest(client: Client, beginning: string): Promise<GrantRequest> {
  const digest = await findRequest(client, beginning);
  return client.call(custodyRoutes.request, { params: { digest } });
}

/** The digest that begins like this. Throws `K_REQUEST_UNKNOWN`, and `K_USAGE` when several do. */
export async function findRequest(client: Client, beginning: string): Promise<Hex> {
  const prefix = requireBeginning(beginning);
  if (prefix.length === DIGEST) return prefix as Hex;
  const found: Hex[] = [];
  let before: number | undefined;
  do {
    const page: AnswerOf<typeof custodyRoutes.requests> = await client.call(custodyRoutes.requests, {
      query: { limit: PAGE, ...(before === undefined ? {} : { before }) },
    });
    found.push(...page.requests.map(({ digest }) => digest).filter(digest => digest.startsWith(prefix)));
    before = page.next;
  } while (before !== undefined);
  if (found.length === 1) return found[0]!;
  if (found.length > 1) {
    throw usageError(`${found.length} requests begin with ${prefix}.`, 'Give more of its digits.');
  }
  throw new KoinonError({
    code: 'K_REQUEST_UNKNOWN',
    message: `No request here begins with ${prefix}.`,
    fault: 'user',
    next: '"koinon data requests --all" lists them.',
  });
}

/** What was typed as lower-case hex. Throws `K_USAGE` for what cannot be the beginning of a digest. */
export function requireBeginning(beginning: string): string {
  const prefix = beginning.toLowerCase().replace(/^(?!0x)/, '0x');
  if (/^0x[0-9a-f]{1,64}$/.test(prefix) && prefix.length >= PREFIX_MIN + 2) return prefix;
  throw usageError(
    `"${beginning}" is not the beginning of a request.`,
    `Give at least ${PREFIX_MIN} hex digits, as "koinon data requests" lists them.`,
  );
}
