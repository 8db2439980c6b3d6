import type { GrantState } from '@koinon/api';
import type { NodePorts } from '@koinon/kernel';
import { nowSeconds } from '@koinon/kernel';
import { type Hex, type Signed, statementDigest } from '@koinon/protocol';
import type { GrantCase } from './grantBook.ts';

/** Asks the chain only about grants that could still be used. */
export async function grantStateOf(
  { chain, clock, deployment }: Pick<NodePorts, 'chain' | 'clock' | 'deployment'>,
  usesTaken: (grant: Signed<'Grant'>) => number,
  { status, grant }: Pick<GrantCase, 'status' | 'grant'>,
): Promise<GrantState> {
  if (!grant) return status;
  const { message } = grant;
  if (usesTaken(grant) >= message.uses) return 'used';
  const digest: Hex = statementDigest('Grant', message, deployment);
  const { revoked, epoch, policyDigest } = await chain.datasets.grantState(message.dataset, digest);
  // Another epoch, policy or owner ends a grant as much as naming it does.
  if (revoked || epoch !== message.epoch || policyDigest !== message.policy) return 'revoked';
  return message.expiresAt < nowSeconds(clock) ? 'expired' : 'approved';
}
