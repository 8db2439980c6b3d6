import { custodyRoutes } from '@koinon/api';
import { KoinonError } from '@koinon/protocol/errors';
import { type ApprovalBody, approvalOf, whyNoYes, yesPhrases } from '@koinon/protocol/requestWords';
import { type GrantRequest, requireOwnTerms } from '@koinon/sdk';
import { chooseNode } from '../api/chooseNode.ts';
import type { Surroundings } from '../commands/surroundings.ts';
import { askLine } from '../terminal/askSecret.ts';
import { printResult } from '../terminal/printResult.ts';
import { styleFor } from '../terminal/style.ts';
import { printable } from '../terminal/table.ts';
import { usageError } from '../terminal/usageError.ts';
import { beginningOf, lookAtRequest } from './findRequest.ts';
import { rowBitsOf, tellBriefly } from './tellRequest.ts';

export interface ApproveOptions {
  /** The bound she says yes to, where nobody can be asked. */
  bits?: string;
  /** The same for files that would leave as they are. */
  confirmBits?: string;
}

/** Shows a request, has its owner say yes to its bits in words, and grants what was shown and nothing else. */
export async function approveRequest(
  surroundings: Surroundings,
  beginning: string,
  options: ApproveOptions,
): Promise<void> {
  const { client, names } = chooseNode(surroundings, 'hospital');
  const shown = await lookAtRequest(client, beginning);
  requireOwnTerms(shown);
  const { stderr, environment } = surroundings;
  const bitsOfRow = await rowBitsOf(client, shown);
  const nameOf = await names();
  stderr.write(`${tellBriefly(shown, { nameOf, bitsOfRow }, styleFor(stderr, environment))}\n\n`);
  const fault = whyNoYes(shown);
  if (fault !== undefined)
    throw new KoinonError({
      code: 'K_REQUEST_NOT_GRANTABLE',
      message: `There is nothing to grant. ${fault}`,
      fault: 'user',
      next: `"koinon data show-request ${beginningOf(shown.digest)}" says how it stands.`,
    });
  const body = await confirm(surroundings, shown, options, nameOf);
  const { grant } = await client.call(custodyRoutes.approve, {
    params: { digest: shown.digest },
    body,
  });
  const { dataset, requester, uses } = shown.request.message;
  printResult(surroundings, { request: shown.digest, approved: body, grant }, style =>
    [
      `${style.green('✓')} granted: ${printable(nameOf(requester))} may use dataset ${dataset} ${uses === 1 ? 'once' : `${uses} times`}, ${body.bits} bits a use`,
      style.dim(`Take it back: koinon data revoke ${dataset} --request ${beginningOf(shown.digest)}`),
    ].join('\n'),
  );
}

/** Throws unless she says the bits: at the terminal, else by options. */
async function confirm(
  surroundings: Surroundings,
  shown: GrantRequest,
  { bits, confirmBits }: ApproveOptions,
  nameOf: (address: string) => string,
): Promise<ApprovalBody> {
  const body = approvalOf(shown);
  const phrases = yesPhrases(shown);
  const typed = `--bits ${body.bits}${body.confirmBits === undefined ? '' : ` --confirm-bits ${body.confirmBits}`}`;
  const requester = printable(nameOf(shown.request.message.requester));
  await say('--bits', bits, body.bits, `To grant ${requester} this, type: ${phrases.grant}`, phrases.grant);
  if (phrases.opaque !== undefined)
    await say(
      '--confirm-bits',
      confirmBits,
      String(body.confirmBits),
      `Of files that leave as the program writes them nobody knows what is in them. To let them out, type: ${phrases.opaque}`,
      phrases.opaque,
    );
  else if (confirmBits !== undefined)
    throw usageError('No file of this request leaves as the program writes it.', 'Leave out --confirm-bits.');
  return body;

  async function say(
    option: string,
    given: string | undefined,
    needed: string,
    question: string,
    phrase: string,
  ): Promise<void> {
    if (given === needed) return;
    if (given !== undefined)
      throw usageError(
        `${option} says ${given.slice(0, 40)}, and the request is about ${needed} bits.`,
        `Look at it above, then add ${typed}, or deny it.`,
      );
    if (!surroundings.stdin?.isTTY)
      throw usageError(
        `A grant is for ${needed} bits, and nobody is here to say yes to them.`,
        `Look at the request above, then add ${typed}.`,
      );
    if ((await askLine(surroundings, `${question}\n`, `Add ${typed}.`)).trim() === phrase) return;
    throw new KoinonError({
      code: 'K_NOT_CONFIRMED',
      message: 'Nothing was granted.',
      fault: 'user',
      next: `Type "${phrase}" to grant it, or use "koinon data deny".`,
    });
  }
}
