import { type Cid, type Passport, parseCid } from '@koinon/protocol';
import { isContentOf } from './blob.ts';
import { type Check, checkerFor, failed, ok, skipped } from './check.ts';
import type { Records } from './job/gateTerms.ts';
import { checkMetrics, checkPredictions } from './passport/checkEvaluation.ts';
import { checkHeldBack } from './passport/checkHeldBack.ts';
import { checkRegistration } from './passport/checkRegistration.ts';
import { checkTraining } from './passport/checkTraining.ts';
import { evaluationsOf, jobsOf, type NamedJob } from './passport/jobsOf.ts';
import { readPassport } from './passport/readPassport.ts';
import { remember } from './remember.ts';
import type { Sources } from './sources.ts';
import { verifyJob } from './verifyJob.ts';
import { count, list, short } from './words.ts';

/**
 * Everything that can be checked about a model by its passport: each job, the links between them, and what the chain
 * says. Whatever is wrong with the bytes is a failed check and never an error.
 */
export async function* verifyPassport(bytes: Uint8Array, cid: Cid, given: Sources): AsyncGenerator<Check> {
  const sources = remember(given);
  const check = checkerFor('passport');
  let passport: Passport | undefined;

  yield await check('passport.bytes', 'The passport has the bytes its name stands for.', () => {
    parseCid(cid);
    return isContentOf(bytes, cid)
      ? ok(`${cid}.`)
      : failed(`These bytes are not ${short(cid)}.`, 'The passport was altered, or belongs to another name.');
  });
  yield await check('passport.form', 'The passport is complete and well formed.', () => {
    passport = readPassport(bytes);
    return ok(`“${passport.name}”, ${count(jobsOf(passport).length, 'job')}.`);
  });
  if (!passport) return;
  const { chainId, nodes } = passport.domains;
  const { domains } = passport;
  yield await check('passport.network', 'The signatures belong to the network you are asking.', () => {
    const expected = sources.domains;
    if (!expected)
      return skipped(
        `They are for chain ${chainId} and the registry ${nodes}; compare with the network you mean.`,
      );
    const differs = (['nodes', 'escrow', 'datasets'] as const).find(
      name => expected[name].toLowerCase() !== domains[name],
    );
    return expected.chainId === chainId && !differs
      ? ok(`Chain ${chainId}, registry ${short(nodes)}.`)
      : failed(
          `They are for chain ${chainId}, registry ${short(nodes)}; the network is chain ${expected.chainId}, registry ${short(expected.nodes)}.`,
          'They were made on another network, where anybody may have played every part.',
        );
  });
  yield* checkRegistration(passport, cid, sources, check);
  yield await check('passport.evaluations', 'The passport tells how the model was judged.', () => {
    const evaluations = evaluationsOf(passport!);
    const heldBack = evaluations.filter(each => 'heldBack' in each).length;
    const kinds = [
      ...(heldBack < evaluations.length ? [`${evaluations.length - heldBack} on public rows`] : []),
      ...(heldBack > 0
        ? [`${heldBack} on rows held back at the custodian, which only the auditor can replay`]
        : []),
    ];
    return kinds.length > 0
      ? ok(`${list(kinds)}.`)
      : skipped('It holds no evaluation: how good the model is, nobody has shown.');
  });
  yield* checkTraining(passport, sources, check);
  const records: Records = new Map(passport.datasets.map(({ id, metadata }) => [id, metadata]));
  const jobChecks = ({ name, evidence }: NamedJob) => verifyJob(evidence, domains, name, sources, records);
  const [training] = jobsOf(passport);
  yield* jobChecks(training!);
  for (const evaluation of evaluationsOf(passport)) {
    if ('heldBack' in evaluation) {
      yield* jobChecks(evaluation.metrics);
      yield* checkHeldBack(passport, evaluation, sources);
    } else {
      yield* jobChecks(evaluation.predictions);
      yield* checkPredictions(passport, evaluation, sources);
      yield* jobChecks(evaluation.metrics);
      yield* checkMetrics(passport, evaluation, sources);
    }
  }
}
