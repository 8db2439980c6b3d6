import { KoinonError } from '@koinon/protocol/errors';
import { type GrantRequestAnswer, requestsAnswer } from '../api/answers.ts';
import { chooseNode } from '../api/chooseNode.ts';
import type { NodeClient } from '../api/nodeClient.ts';
import type { Surroundings } from '../commands/surroundings.ts';
import { age, koin } from '../terminal/amounts.ts';
import { printResult } from '../terminal/printResult.ts';
import { table } from '../terminal/table.ts';
import { usageError } from '../terminal/usageError.ts';

/** Hex digits of a request that a list shows: enough to name it by. */
const SHOWN = 10;
const PREFIX_MIN = 4;

export async function listRequests(surroundings: Surroundings, { all }: { all?: boolean }): Promise<void> {
  const { client, nameOf } = chooseNode(surroundings, 'hospital');
  const requests = (await client.get('/api/requests', requestsAnswer)).requests.filter(
    request => all || request.status === 'pending',
  );
  const nowMs = Date.now();
  printResult(surroundings, { requests }, style =>
    requests.length === 0
      ? `No request ${all ? 'yet' : 'waits'}.${all ? '' : style.dim(' Decided ones: koinon data requests --all')}`
      : [
          table(
            ['REQUEST', 'DATASET', 'FROM', 'AGE', ...(all ? ['STATUS'] : []), 'MAY TAKE', 'PURPOSE'],
            requests.map(({ digest, request: { message }, status, receivedAtMs, manifest }) => [
              digest.slice(0, SHOWN),
              message.dataset,
              nameOf(message.requester),
              age(nowMs - receivedAtMs),
              ...(all ? [status] : []),
              manifest.outputs.map(output => output.name).join(', '),
              message.purpose,
            ]),
            style,
          ),
          '',
          style.dim('Decide: koinon data approve REQUEST, or koinon data deny REQUEST --reason "…"'),
        ].join('\n'),
  );
}

/** The request whose digest begins like this. Throws `K_REQUEST_UNKNOWN`, and `K_USAGE` when several do. */
export async function findRequest(client: NodeClient, beginning: string): Promise<GrantRequestAnswer> {
  const prefix = beginning.toLowerCase().replace(/^(?!0x)/, '0x');
  if (!/^0x[0-9a-f]{1,64}$/.test(prefix) || prefix.length < PREFIX_MIN + 2) {
    throw usageError(
      `"${beginning}" is not the beginning of a request.`,
      `Give at least ${PREFIX_MIN} hex digits, as "koinon data requests" lists them.`,
    );
  }
  const { requests } = await client.get('/api/requests', requestsAnswer);
  const found = requests.filter(request => request.digest.startsWith(prefix));
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

/** One line that says what a request wants. */
export function wants(
  { request: { message } }: GrantRequestAnswer,
  nameOf: (address: string) => string,
): string {
  const uses = message.uses === 1 ? 'once' : `${message.uses} times`;
  return `${nameOf(message.requester)} may use dataset ${message.dataset} ${uses}, for at most ${koin(message.maxAmount)} KOIN: “${message.purpose}”`;
}
