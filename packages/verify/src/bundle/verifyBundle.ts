import {
  type Cid,
  type Domains,
  decodeNode,
  type JobEvidence,
  jobEvidenceSchema,
  ZERO_ADDRESS,
} from '@koinon/protocol';
import type { z } from 'zod';
import { isContentOf, readBlob } from '../blob.ts';
import { type Check, checkerFor, failed, ok, skipped } from '../check.ts';
import { groundWords } from '../job/checkCourt.ts';
import { jobContext } from '../job/context.ts';
import type { Sources } from '../sources.ts';
import { checkStep } from '../step/checkStep.ts';
import { type DisputeEvidence, disputeEvidenceSchema } from '../step/disputeEvidence.ts';
import { verifyJob } from '../verifyJob.ts';
import { verifyPassport } from '../verifyPassport.ts';
import { count, short } from '../words.ts';
import { type Bundle, readBundle } from './bundle.ts';
import { isJobEvidence, namesIn } from './namesIn.ts';

/**
 * Everything that can be checked about a bundle, its own wholeness first. Blobs come from the file and nowhere else;
 * the other sources may be asked where they are given. Altered bytes are failed checks and never an error.
 */
export async function* verifyBundle(
  bytes: Uint8Array,
  sources: Omit<Sources, 'blob'> = {},
): AsyncGenerator<Check> {
  const check = checkerFor('bundle');
  let bundle: Bundle | undefined;
  yield await check('bundle.form', 'The file is a whole bundle.', () => {
    bundle = readBundle(bytes);
    return ok(`${count(bundle.blobs.size, 'blob')}.`);
  });
  if (!bundle) return;
  const { root, blobs, domains } = bundle;
  yield await check('bundle.blobs', 'Every blob in the file has the bytes its name stands for.', () => {
    const altered = [...blobs].find(([cid, content]) => !isContentOf(content, cid));
    return altered
      ? failed(`${altered[0]} has others.`, 'The file was altered after it was made.')
      : ok('All of them.');
  });
  const content = blobs.get(root);
  if (!content) {
    yield await check('bundle.root', 'The file holds what it is about.', () =>
      failed(`${short(root)} is missing.`, 'There is nothing to check.'),
    );
    return;
  }
  const inFile: Sources = { ...sources, blob: async cid => blobs.get(cid) };
  yield await check('bundle.named', 'Everything in the file belongs to what it is about.', async () => {
    const named = await namesIn(bundle!);
    if (!named) return skipped('What it is about cannot be read.');
    const strange = [...blobs.keys()].find(cid => !named.has(cid));
    return strange
      ? failed(`Nothing in it names ${strange}.`, 'The file was altered after it was made.')
      : ok('All of it.');
  });
  if (!isJobEvidence(content)) {
    yield* verifyPassport(content, root, inFile);
    return;
  }
  if (!domains) {
    yield await check('bundle.domains', 'The file says of which network the signatures are.', () =>
      failed('It does not.', 'No signature can be checked without.'),
    );
    return;
  }
  let evidence: z.output<typeof jobEvidenceSchema> | undefined;
  yield await check('bundle.evidence', 'The evidence in the file can be read.', () => {
    evidence = jobEvidenceSchema.parse(decodeNode(content));
    return ok(`${short(root)}.`);
  });
  if (!evidence) return;
  const { grant } = evidence;
  if (!grant !== (domains.datasets === ZERO_ADDRESS)) {
    yield await check('bundle.domains', 'The file says of which network the signatures are.', () =>
      failed(
        grant
          ? 'It does not say whose permissions count.'
          : 'It says whose permissions count, and holds none.',
        'The file was altered after it was made.',
      ),
    );
    return;
  }
  yield* verifyJob(evidence, domains, 'job', inFile);
  if (bundle.dispute) yield* verifyDispute(evidence, domains, bundle.dispute, inFile);
}

/** The disputed step in the file, replayed alone. */
async function* verifyDispute(
  evidence: JobEvidence,
  domains: Domains,
  name: Cid,
  sources: Sources,
): AsyncGenerator<Check> {
  const context = await jobContext(evidence, domains, 'dispute', sources);
  let shown: DisputeEvidence | undefined;
  yield await context.check('dispute.form', 'The disputed step in the file can be read.', async () => {
    const bytes = await readBlob(sources, name);
    if (!bytes) return failed(`${short(name)} is missing.`, 'There is no step to replay.');
    shown = disputeEvidenceSchema.parse(decodeNode(bytes));
    return ok(`Step ${shown.step.index} of ${shown.step.count}.`);
  });
  if (!shown) return;
  const { court } = shown;
  if (court && !sources.court) {
    const { outcome, ground, dispute, block } = court;
    yield await context.check(
      'dispute.court',
      'What the file says of the court is what the chain says.',
      () =>
        skipped(
          `It says: ${outcome}${ground ? `, ${groundWords(ground, { step: BigInt(shown!.step.index) })}` : ''}${dispute ? ` (dispute ${short(dispute)}${block === undefined ? '' : `, block ${block}`})` : ''}. Only the chain can tell.`,
        ),
    );
  }
  yield* checkStep(context, { index: shown.step.index, shown });
}
