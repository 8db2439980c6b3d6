import { type ApprovalBody, approvalOf, whyNoYes } from '@koinon/protocol/requestWords';
import type { RequestView } from '../api/answers.ts';

/** What was typed into the question: the bits of a use, and those of files that leave as they are. */
export interface Typed {
  bits: string;
  opaqueBits: string;
}

/** Digits of what was typed; "230 bits" and "1,230" are 230 and 1230. */
function numberIn(text: string): string {
  return text
    .trim()
    .replace(/\s*bits?$/i, '')
    .replace(/[,\s]/g, '');
}

/**
 * The yes to what was shown, once its bits were typed and the job that was shown is the one that a grant would sign. Throws with
 * a sentence for people.
 */
export async function approvalTyped(
  request: RequestView,
  typed: Typed,
  termsOf: (manifest: RequestView['manifest']) => Promise<string>,
): Promise<ApprovalBody> {
  const fault = whyNoYes(request);
  if (fault !== undefined) throw new Error(fault);
  const body = approvalOf(request);
  if (numberIn(typed.bits) !== body.bits) throw new Error(`To grant it, type ${body.bits}.`);
  if (body.confirmBits !== undefined && numberIn(typed.opaqueBits) !== String(body.confirmBits))
    throw new Error(`To let files out as the program writes them, type ${body.confirmBits} too.`);
  if ((await termsOf(request.manifest)) !== body.terms)
    throw new Error('The job that this node shows is not the one a grant would be for. Grant nothing here.');
  return body;
}
