import {
  areAssuranceTermsSound,
  assurances,
  CLOCK_SKEW_SECONDS,
  drawOfUse,
  equalBytes,
  type Grant,
  type Manifest,
  policyDigest,
  sha256,
  termsDigest,
  toHex,
  utf8,
  ZERO_32,
} from '@koinon/protocol';
import type { AuthoriseInput, Refusals } from './authoriseInput.ts';

type GrantInput = AuthoriseInput &
  Required<
    Pick<AuthoriseInput, 'grant' | 'grantDigest' | 'grantSigner' | 'dataset' | 'grantState' | 'policy'>
  >;

/** Every field of the grant against manifest, order, policy and chain. */
export function checkGrant(input: GrantInput, refusals: Refusals): void {
  checkParties(input, refusals);
  checkTerms(input, refusals);
  checkValidity(input, refusals);
}

function checkParties(input: GrantInput, refusals: Refusals): void {
  const { manifest, order, grant, dataset, grantSigner, policy, self } = input;
  refusals.unless(
    order.grant === input.grantDigest,
    'K_ORDER_GRANT',
    'The order names another grant than the one that came with it.',
    'Sign an order for this grant.',
  );
  refusals.unless(
    grantSigner === dataset.owner,
    'K_GRANT_SIGNER',
    `The grant was signed by ${grantSigner}; the dataset belongs to ${dataset.owner}.`,
    'Ask its present owner.',
  );
  refusals.unless(
    grant.dataset === dataset.id,
    'K_GRANT_DATASET',
    `The grant is for dataset ${grant.dataset}, not for ${dataset.id}.`,
  );
  refusals.unless(
    grant.requester === order.requester,
    'K_GRANT_REQUESTER',
    `The grant was given to ${grant.requester}, the order is from ${order.requester}.`,
    'Ask the owner for a grant of your own.',
  );
  refusals.unless(
    grant.terms === termsDigest(manifest),
    'K_GRANT_TERMS',
    'The manifest is not the one that was granted: program, parameters, inputs, outputs or limits differ.',
    'Order what was granted, or ask for a grant for this manifest.',
  );
  refusals.unless(
    isDrawn(manifest, grant, policy.maxUses),
    'K_GRANT_DRAW',
    'Seed and time of the manifest are not those of a use of this grant.',
    'Take both from the grant: nobody chooses them.',
  );
  refusals.unless(
    grant.auditor === order.auditor && policy.auditors.includes(grant.auditor) && grant.auditor !== self,
    'K_GRANT_AUDITOR',
    `The auditor must be the one of the grant (${grant.auditor}), named in the policy, and not the custodian itself.`,
  );
  refusals.unless(
    order.assurance === assurances['owner-audited'] && areAssuranceTermsSound(order),
    'K_ORDER_ASSURANCE',
    'Work on private data is audited by whom its owner named, always and once; the order asks for another assurance.',
    'Order with assurance "owner-audited", one replica, an audit rate of 1,000,000 ppm and no comparator.',
  );
}

/** Whether the custodian drew seed and time of the manifest, for one of the uses of the grant. */
function isDrawn({ seed, timeMs }: Manifest, grant: Grant, maxUses: number): boolean {
  // A grant of four billion uses is refused anyway, and not drawn from first.
  for (let use = 0; use < Math.min(grant.uses, maxUses); use++) {
    const draw = drawOfUse(grant, use);
    if (equalBytes(draw.seed, seed)) return draw.timeMs === timeMs;
  }
  return false;
}

function checkTerms(input: GrantInput, refusals: Refusals): void {
  const { grant, order, policy, dataset, purpose, reservedMicroRho = 0n } = input;
  refusals.unless(
    grant.purpose !== ZERO_32 &&
      (purpose === undefined || grant.purpose === toHex(sha256(utf8.encode(purpose)))),
    'K_GRANT_PURPOSE',
    'The grant was given for another purpose.',
    'Ask for a grant that names this purpose.',
  );
  const digest = policyDigest(policy);
  refusals.unless(
    grant.policy === digest && dataset.policyDigest === digest,
    'K_GRANT_POLICY',
    'The policy at hand, the one the grant names and the one on chain are not the same.',
    'Ask for a grant under the present policy.',
  );
  refusals.unless(
    order.token === grant.token && grant.token === policy.token,
    'K_GRANT_TOKEN',
    `The use is priced in ${policy.token}; the grant says ${grant.token}, the order ${order.token}.`,
  );
  refusals.unless(
    grant.amount >= policy.amount,
    'K_GRANT_AMOUNT',
    `The grant asks ${grant.amount} for a use, less than the policy's ${policy.amount}.`,
  );
  refusals.unless(
    grant.uses <= policy.maxUses,
    'K_GRANT_USES',
    `The grant is for ${grant.uses} uses, the policy allows ${policy.maxUses}.`,
    'Ask for a grant of fewer uses.',
  );
  refusals.unless(
    order.maxAmount >= grant.amount,
    'K_ORDER_AMOUNT',
    `One use costs ${grant.amount}; the order pays at most ${order.maxAmount}.`,
    `Order with a maximum of at least ${grant.amount}.`,
  );
  refusals.unless(
    grant.microRho <= reservedMicroRho,
    'K_GRANT_BUDGET',
    `The use may spend ${grant.microRho} micro-rho of privacy budget and ${reservedMicroRho} are reserved on chain.`,
    'Reserve the budget first.',
  );
}

function checkValidity({ grant, grantState, dataset, nowSeconds }: GrantInput, refusals: Refusals): void {
  const now = BigInt(nowSeconds);
  refusals.unless(
    grant.epoch === dataset.epoch && grantState.epoch === dataset.epoch,
    'K_GRANT_EPOCH',
    'The dataset was sold, its policy changed, or all its grants were revoked, since this grant was given.',
    'Ask its present owner.',
  );
  refusals.unless(
    !grantState.revoked,
    'K_GRANT_REVOKED',
    'The owner has revoked the grant.',
    'Ask for a new one.',
  );
  refusals.unless(
    grantState.usesTaken < grant.uses,
    'K_GRANT_USED_UP',
    `All ${grant.uses} uses of the grant are taken.`,
    'Ask for a new one.',
  );
  // The owner's clock may run ahead of ours when it begins; at its end nothing is added, since consent has ended.
  refusals.unless(
    now + BigInt(CLOCK_SKEW_SECONDS) >= grant.validFrom,
    'K_GRANT_NOT_YET_VALID',
    'The grant is not valid yet.',
    'Wait until then.',
  );
  refusals.unless(now < grant.expiresAt, 'K_GRANT_EXPIRED', 'The grant has expired.', 'Ask for a new one.');
}
