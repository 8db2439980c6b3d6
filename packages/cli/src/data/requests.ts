import { custodyRoutes } from '@koinon/api';
import { requestStateWords } from '@koinon/protocol/requestWords';
import { chooseNode } from '../api/chooseNode.ts';
import type { Surroundings } from '../commands/surroundings.ts';
import { age } from '../terminal/amounts.ts';
import { printResult } from '../terminal/printResult.ts';
import { table } from '../terminal/table.ts';
import { usageError } from '../terminal/usageError.ts';
import { beginningOf } from './findRequest.ts';

const PAGE = 50;

export interface ListOptions {
  all?: boolean;
  /** Where the page before ended. */
  before?: string;
}

/** A page of the requests for this node's data, newest first: those that wait, or all of them. */
export async function listRequests(surroundings: Surroundings, { all, before }: ListOptions): Promise<void> {
  if (before !== undefined && !/^[1-9]\d{0,14}$/.test(before))
    throw usageError(
      `"${before}" is no place in the list.`,
      'Give the number that the page before ended with.',
    );
  const { client, names } = chooseNode(surroundings, 'hospital');
  const query = {
    limit: PAGE,
    ...(all ? {} : { status: 'pending' as const }),
    ...(before === undefined ? {} : { before }),
  };
  const { requests, next } = await client.call(custodyRoutes.requests, { query });
  const nowMs = Date.now();
  const nameOf = await names();
  printResult(surroundings, { requests, ...(next === undefined ? {} : { next }) }, style =>
    requests.length === 0
      ? `No ${before === undefined ? '' : 'further '}request ${all ? 'yet' : 'waits'}.${all ? '' : style.dim(' Decided ones: koinon data requests --all')}`
      : [
          table(
            ['REQUEST', 'DATASET', 'FROM', 'AGE', 'STATUS', 'USES', 'BITS', 'MAY TAKE', 'PURPOSE'],
            requests.map(({ digest, request: { message }, status, receivedAtMs, manifest, bound }) => [
              beginningOf(digest),
              String(message.dataset),
              nameOf(message.requester),
              age(nowMs - receivedAtMs),
              requestStateWords[status],
              String(message.uses),
              bound ? String(bound.bits) : 'unknown',
              manifest.outputs.map(output => output.name).join(', '),
              message.purpose,
            ]),
            style,
          ),
          '',
          style.dim('BITS: the most that one use can tell about the rows, in answers to yes/no questions.'),
          style.dim(
            'All of one: koinon data show-request REQUEST. Decide: koinon data approve, koinon data deny.',
          ),
          ...(next === undefined
            ? []
            : [style.dim(`More: koinon data requests${all ? ' --all' : ''} --before ${next}`)]),
        ].join('\n'),
  );
}
