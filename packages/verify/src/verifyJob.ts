import { type Domains, type JobEvidence, jobEvidenceSchema, logLeafHash } from '@koinon/protocol';
import { z } from 'zod';
import { type Check, checkerFor, failed, ok } from './check.ts';
import { checkAudits } from './job/checkAudits.ts';
import { checkCoin } from './job/checkCoin.ts';
import { checkCourt } from './job/checkCourt.ts';
import { checkExecution } from './job/checkExecution.ts';
import { checkGrant } from './job/checkGrant.ts';
import { checkInclusion } from './job/checkInclusion.ts';
import { checkInputs, checkManifest } from './job/checkManifest.ts';
import { checkOutputs } from './job/checkOutputs.ts';
import { checkPolicy } from './job/checkPolicy.ts';
import { checkRebuilt } from './job/checkRebuilt.ts';
import { checkReplay } from './job/checkReplay.ts';
import { checkStatements } from './job/checkStatements.ts';
import { checkVerdict } from './job/checkVerdict.ts';
import { type JobContext, jobContext } from './job/context.ts';
import type { Records } from './job/gateTerms.ts';
import type { Sources } from './sources.ts';

/**
 * Everything that can be checked about one job, as it is found out. `job` is the word that stands on each check;
 * `records` names the records of datasets, where a passport does: else the chain is asked for them.
 * Evidence is a stranger's: whatever is wrong with it, its form included, is a failed check and never an error.
 */
export async function* verifyJob(
  evidence: JobEvidence,
  domains: Domains,
  job: string,
  sources: Sources,
  records?: Records,
): AsyncGenerator<Check> {
  let context: JobContext | undefined;
  yield await checkerFor(job)('evidence.form', 'The evidence is complete and well formed.', async () => {
    const parsed = jobEvidenceSchema.safeParse(evidence);
    if (!parsed.success) {
      return failed(`It is not: ${z.prettifyError(parsed.error)}.`, 'Nothing in it can be relied on.');
    }
    context = await jobContext(parsed.data, domains, job, sources, records);
    return ok('Every part is there.');
  });
  if (!context) return;
  const { receipt, inclusion } = context.evidence;
  yield* checkManifest(context);
  yield* checkInputs(context);
  yield* checkStatements(context);
  yield* checkGrant(context);
  yield* checkPolicy(context);
  yield* checkExecution(context);
  yield* checkOutputs(context);
  yield* checkVerdict(context);
  yield* checkRebuilt(context);
  yield* checkInclusion(context.check, sources, {
    prefix: 'log',
    what: 'receipt',
    signer: receipt.message.provider,
    logIndex: receipt.message.logIndex,
    leaf: logLeafHash('Receipt', context.digests.receipt, inclusion.leafSalt),
    inclusion,
    anchorBy: receipt.message.anchorBy,
  });
  yield* checkCoin(context);
  yield* checkAudits(context);
  yield await checkCourt(context, { id: 'court', what: 'receipt', statement: context.digests.receipt });
  yield* checkReplay(context);
}
