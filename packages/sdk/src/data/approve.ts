import { custodyRoutes } from '@koinon/api';
import { type Grant, type Hex, type Signed, termsDigest } from '@koinon/protocol';
import { KoinonError } from '@koinon/protocol/errors';
import { approvalOf, whyNoYes } from '@koinon/protocol/requestWords';
import type { GrantRequest } from '../answers.ts';
import type { Client } from '../client/createClient.ts';

/** What the owner of data says yes to. */
export interface ApproveParameters {
  /** Bits that one use can tell at most, as `bound.bits` of the request says. */
  bits: number;
  /** Bits of files that would leave as the program writes them, `bound.opaqueBits`, where there are any. */
  opaqueBits?: number;
}

/**
 * Grants what a request asks for, if its bits are those that are said here: the signed grant. It is for that program, those
 * parameters and those outputs, and for nothing else.
 *
 * Throws `K_REQUEST_NOT_GRANTABLE` where there is nothing to say yes to, `K_NOT_CONFIRMED` where the bits are others,
 * `K_REQUEST_DIFFERS` where the node shows another job than a grant would be for, and what `Client.call` throws.
 *
 * @example
 * const { message } = await koinon.approve(request, { bits });
 * console.log(`may be used ${message.uses} times, ${message.bits} bits each`);
 */
export async function approve(
  client: Client,
  digest: Hex,
  { bits, opaqueBits = 0 }: ApproveParameters,
): Promise<Signed<'Grant'> & { message: Grant }> {
  const params = { digest };
  const shown = await client.call(custodyRoutes.request, { params });
  const fault = whyNoYes(shown);
  if (fault !== undefined)
    throw refused(
      'K_REQUEST_NOT_GRANTABLE',
      `There is nothing to grant. ${fault}`,
      'Look at the request again.',
    );
  const { bound } = shown;
  if (bound?.bits !== bits || bound.opaqueBits !== opaqueBits)
    throw refused(
      'K_NOT_CONFIRMED',
      `Nothing was granted: one use can tell ${bound?.bits} bits, of which ${bound?.opaqueBits} leave unread.`,
      'Look at the request, and give its bits if you mean them.',
    );
  requireOwnTerms(shown);
  const { grant } = await client.call(custodyRoutes.approve, { params, body: approvalOf(shown) });
  return grant;
}

/** Throws `K_REQUEST_DIFFERS` unless the job that is shown is the one a grant would be signed for. */
export function requireOwnTerms({ digest, manifest, request }: GrantRequest): void {
  const { seed: _, ...rest } = manifest;
  if (termsDigest({ ...rest, seed: new Uint8Array(32) }) === request.message.terms) return;
  throw new KoinonError({
    code: 'K_REQUEST_DIFFERS',
    message: `The job that the node shows for request ${digest.slice(0, 10)} is not the one that its grant would be for.`,
    fault: 'peer',
    next: 'Grant nothing there; ask whoever keeps the node.',
  });
}

function refused(code: `K_${string}`, message: string, next: string): KoinonError {
  return new KoinonError({ code, message, fault: 'user', next });
}
