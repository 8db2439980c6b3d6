import { type Domains, type JobEvidence, jobEvidenceSchema } from '@koinon/protocol';
import { z } from 'zod';
import { type Check, checkerFor, failed, ok } from '../check.ts';
import { checkCourt } from '../job/checkCourt.ts';
import { checkExecution } from '../job/checkExecution.ts';
import { checkInputs, checkManifest } from '../job/checkManifest.ts';
import { checkStatements } from '../job/checkStatements.ts';
import { type JobContext, jobContext } from '../job/context.ts';
import type { Sources } from '../sources.ts';
import { checkStep } from './checkStep.ts';

/**
 * One step of a job, replayed alone: first that the evidence is what was signed, then the step. Evidence never makes it
 * throw: whatever is malformed is a failed check.
 */
export async function* verifyStep(
  evidence: JobEvidence,
  domains: Domains,
  index: number,
  sources: Sources,
): AsyncGenerator<Check> {
  const job = `step ${index}`;
  let context: JobContext | undefined;
  yield await checkerFor(job)('evidence.form', 'The evidence is complete and well formed.', async () => {
    const parsed = jobEvidenceSchema.safeParse(evidence);
    if (!parsed.success) {
      return failed(`It is not: ${z.prettifyError(parsed.error)}.`, 'Nothing in it can be relied on.');
    }
    context = await jobContext(parsed.data, domains, job, sources);
    return ok('Every part is there.');
  });
  if (!context) return;
  yield* checkManifest(context);
  yield* checkInputs(context);
  yield* checkStatements(context);
  yield* checkExecution(context);
  const { receipt } = context.digests;
  yield await checkCourt(context, { id: 'court', what: 'receipt', statement: receipt });
  const finding = await sources.court?.(receipt).catch(() => undefined);
  yield* checkStep(context, { index, finding });
}
