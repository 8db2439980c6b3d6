import { resultOf, type Step, type StepResult, type Study } from '@koinon/api';
import { KoinonError } from '@koinon/protocol/errors';
import type { Client } from '../client/createClient.ts';
import { type WatchOptions, watchStudy } from './watchStudy.ts';

/** What a study came to. */
export interface StudyResult {
  study: Study;
  /** Every step with its evidence. */
  steps: Step[];
  /** The model a training made: how it is called, its bytes and its passport by their names. */
  model?: { name: string; version: number; model: string; passport: string };
  /** The files a single run let out. */
  outputs: StepResult<'receipt'>['outputs'];
}

/**
 * Waits until a study has settled: its model, or the files of its job. Throws the failure of a study that failed, under its own
 * code, and what `Client.watch` throws. The signal ends the waiting, not the study.
 *
 * @example
 * const { model } = await koinon.result(study);
 * console.log(`${model?.name}, version ${model?.version}, is served`);
 */
export async function result(client: Client, id: string, options: WatchOptions = {}): Promise<StudyResult> {
  const steps = new Map<string, Step>();
  for await (const { event, data } of watchStudy(client, id, options)) {
    if (event === 'step') steps.set(data.name, data);
    else if (data.state === 'failed') throw failureOf(data);
    else return resultIn(data, [...steps.values()]);
  }
  throw new KoinonError({ code: 'K_STREAM_BROKEN', message: 'The study did not settle.', fault: 'platform' });
}

function resultIn(study: Study, steps: Step[]): StudyResult {
  const served = resultOf(steps, 'served');
  const made = resultOf(steps, 'model');
  const written = resultOf(steps, 'passport');
  return {
    study,
    steps,
    ...(served && made && written
      ? { model: { ...served, model: made.model, passport: written.passport } }
      : {}),
    outputs: resultOf(steps, 'receipt', 'run.receipt')?.outputs ?? [],
  };
}

function failureOf({ id, failure }: Study): KoinonError {
  const { code = 'K_STUDY_FAILED', message = 'The study failed.', next } = failure ?? {};
  return new KoinonError({
    code: code.startsWith('K_') ? (code as `K_${string}`) : 'K_STUDY_FAILED',
    message,
    fault: 'user',
    data: { study: id },
    ...(next === undefined ? {} : { next }),
  });
}
