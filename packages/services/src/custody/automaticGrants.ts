import { opaqueBits } from '@koinon/privacy';
import type { Hex, Manifest, Signed } from '@koinon/protocol';
import type { HeldDataset } from './datasetBook.ts';
import { AUTOMATIC_PER_DAY, AUTOMATIC_PER_REQUESTER, GRANT_MS } from './doorLimits.ts';
import type { GrantBook } from './grantBook.ts';
import { placesOf } from './grantDoor.ts';
import type { ReleaseLedger } from './releaseLedger.ts';

/**
 * Whether a request is answered without a person, where the owner asked for that (for local demonstrations): few in a day, none
 * whose files would leave as they are, none larger than an ordinary one, and none with which the open grants of this kind
 * could tell more than the policy's caps leave.
 */
export function mayAnswerAlone(
  books: {
    grants: GrantBook;
    ledger: ReleaseLedger;
    /** How many uses of a grant were taken. */
    usesTaken(grant: Signed<'Grant'>): number;
  },
  { id, policy, autoApprove }: HeldDataset,
  { request, draft, bytes }: { request: Signed<'GrantRequest'>; draft: Manifest; bytes: Uint8Array },
  nowMs: number,
): boolean {
  if (!autoApprove || opaqueBits(draft) > 0 || placesOf(request, bytes) > 1) return false;
  const { requester, bits, uses } = request.message;
  const given = (to?: Hex) => books.grants.automaticSince(id, nowMs - GRANT_MS, to);
  if (given().length >= AUTOMATIC_PER_DAY || given(requester).length >= AUTOMATIC_PER_REQUESTER) return false;
  const charged = books.ledger.charged(id, requester, nowMs);
  const asked = Number(bits) * uses;
  return (
    charged.requesterYear + openBits(given(requester)) + asked <= policy.bits.requesterYear &&
    charged.year + openBits(given()) + asked <= policy.bits.year &&
    charged.total + openBits(given()) + asked <= policy.bits.total
  );

  /** What grants can still be used for; what they were used for is charged. */
  function openBits(standings: ReturnType<typeof given>): number {
    return standings.reduce((sum, { grant }) => {
      if (!grant) return sum;
      const left = grant.message.uses - books.usesTaken(grant);
      return sum + Math.max(0, left) * Number(grant.message.bits);
    }, 0);
  }
}
