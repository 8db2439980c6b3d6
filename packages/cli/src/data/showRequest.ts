import { whyNoYes } from '@koinon/protocol/requestWords';
import { requireOwnTerms } from '@koinon/sdk';
import { chooseNode } from '../api/chooseNode.ts';
import type { Surroundings } from '../commands/surroundings.ts';
import { printResult } from '../terminal/printResult.ts';
import { beginningOf, lookAtRequest } from './findRequest.ts';
import { rowBitsOf, tellRequest } from './tellRequest.ts';

export async function showRequest(surroundings: Surroundings, beginning: string): Promise<void> {
  const { client, names } = chooseNode(surroundings, 'hospital');
  const shown = await lookAtRequest(client, beginning);
  requireOwnTerms(shown);
  const bitsOfRow = await rowBitsOf(client, shown);
  const value = { ...shown, ...(bitsOfRow === undefined ? {} : { rowBits: bitsOfRow }) };
  const name = beginningOf(shown.digest);
  const nameOf = await names();
  printResult(surroundings, value, style =>
    [
      tellRequest(shown, { nameOf, bitsOfRow, nowMs: Date.now() }, style),
      ...(whyNoYes(shown) === undefined
        ? [
            '',
            style.dim(`Try it on your rows first: koinon data dry-run ${name}`),
            style.dim(`Decide: koinon data approve ${name}, or koinon data deny ${name} --reason "…"`),
          ]
        : shown.status === 'approved'
          ? [
              '',
              style.dim(
                `Take it back: koinon data revoke ${shown.request.message.dataset} --request ${name}`,
              ),
            ]
          : []),
    ].join('\n'),
  );
}
