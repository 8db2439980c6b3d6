import { custodyRoutes } from '@koinon/api';
import { chooseNode } from '../api/chooseNode.ts';
import type { Surroundings } from '../commands/surroundings.ts';
import { printResult } from '../terminal/printResult.ts';
import { printable } from '../terminal/table.ts';
import { usageError } from '../terminal/usageError.ts';
import { findRequest, requireBeginning } from './findRequest.ts';

export interface DenyOptions {
  /** What the requesters are told. */
  reason: string;
  /** Denies all that waits of this one. */
  from?: string;
}

/** Refuses the requests that begin like this, or all that wait of one requester. Those that are decided stay so. */
export async function denyRequests(
  surroundings: Surroundings,
  beginnings: readonly string[],
  { reason, from }: DenyOptions,
): Promise<void> {
  if ((from === undefined) === (beginnings.length === 0))
    throw usageError(
      'Which requests should be refused?',
      'Give their beginnings, or --from REQUESTER for all of one that wait.',
    );
  for (const beginning of beginnings) requireBeginning(beginning);
  const { client, names, addressOf } = chooseNode(surroundings, 'hospital');
  const which =
    from === undefined
      ? { digests: await allOf(beginnings, beginning => findRequest(client, beginning)) }
      : { requester: requireAddress(addressOf(from)) };
  const { denied } = await client.call(custodyRoutes.denyMany, { body: { ...which, reason } });
  const nameOf = await names();
  printResult(surroundings, { ...which, denied, reason }, style => {
    const asked = 'digests' in which ? which.digests.length : denied;
    const who = 'requester' in which ? ` of ${printable(nameOf(which.requester))}` : '';
    const rest = denied < asked ? `; ${asked - denied} did not wait any more` : '';
    const told = reason === '' ? 'no reason is told' : `told: “${printable(reason)}”`;
    return `${style.green('✓')} denied ${denied} ${denied === 1 ? 'request' : 'requests'}${who}${rest}; ${told}`;
  });
}

/** One after the other: each may ask for several pages. */
async function allOf<T, R>(list: readonly T[], of: (each: T) => Promise<R>): Promise<R[]> {
  const found: R[] = [];
  for (const each of list) found.push(await of(each));
  return [...new Set(found)];
}

function requireAddress(text: string): string {
  if (/^0x[0-9a-f]{40}$/i.test(text)) return text.toLowerCase();
  throw usageError(
    `"${text.slice(0, 80)}" is neither an address nor a member of the local network.`,
    'Give 0x and 40 hex digits, as "koinon data show-request" shows them.',
  );
}
