import {
  assurances,
  drawOfUse,
  equalBytes,
  type Grant,
  type Manifest,
  ORDER_MAX_AGE_SECONDS,
  recoverDigestSigner,
  termsDigest,
  ZERO_32,
} from '@koinon/protocol';
import { asked, type Check, failed, ok, skipped } from '../check.ts';
import { count, short } from '../words.ts';
import { type JobContext, NO_MANIFEST } from './context.ts';
import { type Fact, firstWrong } from './facts.ts';
import { termsWords } from './termsWords.ts';

/** Most uses any policy can allow (`policySchema`): a permission for more is not searched through. */
const USES_MAX = 10_000;

/** The data owner's permission: given by the owner, for exactly this work, and in force. */
export async function* checkGrant(context: JobContext): AsyncGenerator<Check> {
  const { evidence, check, sources, manifest, digests } = context;
  const { grant } = evidence;
  const { message: order } = evidence.order;
  const isPrivate = manifest?.private ?? order.grant !== ZERO_32;
  if (!isPrivate && !grant && order.grant === ZERO_32) return;

  yield await check('grant.order', 'The order names the permission it was given under.', () => {
    if (!grant) return failed('There is no permission.', 'The data was used without its owner’s consent.');
    return order.grant === digests.grant
      ? ok(`Permission ${short(order.grant)}.`)
      : failed(
          `The order names ${short(order.grant)}, this is ${short(digests.grant!)}.`,
          'The permission belongs to other work, or was altered.',
        );
  });
  if (!grant || !digests.grant) return;
  const terms = grant.message;
  const digest = digests.grant;
  const names = manifest?.inputs.flatMap(({ source }) => ('dataset' in source ? [source.dataset] : [])) ?? [];

  yield await check('grant.signature', 'The permission was signed by the owner of the data.', async () => {
    const signer = await (sources.recover ?? recoverDigestSigner)(digest, grant.signature);
    const { dataset } = sources;
    if (!dataset) {
      return skipped(
        `Signed by ${short(signer)}; that this is the owner of dataset ${terms.dataset} stands on chain, which was not asked.`,
      );
    }
    const record = await asked(() => dataset(terms.dataset));
    if (!record)
      return failed(`The chain knows no dataset ${terms.dataset}.`, 'Nobody could permit its use.');
    if (record.owner.toLowerCase() === signer)
      return ok(`Signed by ${short(signer)}, who owns dataset ${terms.dataset}.`);
    return record.epoch !== undefined && record.epoch > terms.epoch
      ? skipped(
          `Signed by ${short(signer)}; dataset ${terms.dataset} has changed hands, rules or permissions since, so its present owner proves nothing.`,
        )
      : failed(
          `Signed by ${short(signer)}; dataset ${terms.dataset} belongs to ${short(record.owner)}.`,
          'It was given by somebody else, or altered afterwards.',
        );
  });
  const facts: Fact[] = [
    [terms.requester === order.requester, 'it was given to somebody else than who ordered'],
    [
      !manifest || (names.length > 0 && names.every(({ id }) => id === terms.dataset.toString())),
      'it is for another dataset',
    ],
    [terms.auditor === order.auditor, 'it names another auditor than the order'],
    [order.assurance === assurances['owner-audited'], 'the order has it checked by others than that auditor'],
    [terms.token === order.token, 'it is priced in another money'],
    [order.maxAmount >= terms.amount, 'the order pays less than it asks'],
    [evidence.receipt.message.amount === terms.amount, 'the price is not the one it names'],
    [terms.purpose !== ZERO_32, 'it names no purpose'],
    [terms.uses > 0, 'it allows no use at all'],
  ];
  yield await check(
    'grant.covers',
    'The permission is for this person, this data, this auditor and this price.',
    () => {
      const wrong = firstWrong(facts);
      return wrong
        ? failed(`No: ${wrong}.`, 'The data was used for something its owner did not permit.')
        : ok(
            `Dataset ${terms.dataset}, for ${short(terms.requester)}, replayed by ${short(terms.auditor)}; ${terms.amount} base units of ${short(terms.token)} a use, whatever leaves; ${count(terms.uses, 'use')}, of at most ${count(terms.bits, 'bit')} each; a purpose whose text has the digest ${short(terms.purpose)}.`,
          );
    },
  );
  yield await check('grant.terms', 'The permission is for exactly this job.', () => {
    if (!manifest) return skipped(NO_MANIFEST);
    return terms.terms === termsDigest(manifest)
      ? ok(termsWords(manifest, sources))
      : failed(
          'Program, parameters, inputs, outputs or limits are not those it was given for.',
          'Something ran on the data that its owner was not asked about.',
        );
  });
  yield await check(
    'grant.draw',
    'Seed and time follow from the permission, so that nobody chose them.',
    () => {
      if (!manifest) return skipped(NO_MANIFEST);
      const use = useOf(terms, manifest);
      return use === undefined
        ? failed(
            'They are those of none of its uses.',
            'Somebody may have tried many until one told more than others.',
          )
        : ok(`They are those of use ${use + 1} of ${terms.uses}.`);
    },
  );
  yield await check('grant.valid', 'The permission was in force while the order stood open.', () => {
    const opened = order.expiresAt - BigInt(ORDER_MAX_AGE_SECONDS);
    return terms.validFrom < terms.expiresAt && terms.validFrom <= order.expiresAt && terms.expiresAt > opened
      ? ok(`From ${date(terms.validFrom)} to ${date(terms.expiresAt)}.`)
      : failed(
          'The order falls outside its dates.',
          'The data was used after, or before, its owner’s consent.',
        );
  });
  yield await check(
    'dataset.chain',
    'The data is the dataset the chain knows, held by this custodian.',
    async () => {
      const { dataset } = sources;
      if (!dataset) return skipped('The chain was not asked.');
      const record = await asked(() => dataset(terms.dataset));
      if (!record) return failed(`The chain knows no dataset ${terms.dataset}.`, 'The data has no owner.');
      const other = names.find(({ contentRoot }) => contentRoot !== record.contentRoot.toLowerCase());
      if (other) {
        return failed(
          `The description names content ${short(other.contentRoot)}, the chain ${short(record.contentRoot)}.`,
          'The program ran on other rows than the published ones.',
        );
      }
      const isSame = record.epoch === undefined || record.epoch === terms.epoch;
      if (!isSame)
        return skipped(
          'Its owner has changed hands, rules or permissions since; the content is still the same.',
        );
      if (record.policyDigest.toLowerCase() !== terms.policy) {
        return failed(
          'The chain names other rules than the permission.',
          'It was given under rules that are not the owner’s.',
        );
      }
      return record.custodian.toLowerCase() === order.provider
        ? ok(`Content ${short(record.contentRoot)}, in the custody of ${short(record.custodian)}.`)
        : skipped(
            `It is in the custody of ${short(record.custodian)} now; the work was done by ${short(order.provider)}.`,
          );
    },
  );
}

/** Which use of a permission has this seed and this time, from 0; undefined for none. */
function useOf(grant: Grant, { seed, timeMs }: Manifest): number | undefined {
  for (let use = 0; use < Math.min(grant.uses, USES_MAX); use++) {
    const drawn = drawOfUse(grant, use);
    if (equalBytes(drawn.seed, seed)) return drawn.timeMs === timeMs ? use : undefined;
  }
  return undefined;
}

/** A day in words; dates beyond what a calendar holds stay numbers. */
function date(seconds: bigint): string {
  const time = new Date(Number(seconds) * 1000);
  return Number.isNaN(time.getTime()) ? `${seconds}` : time.toISOString().replace('.000Z', 'Z');
}
