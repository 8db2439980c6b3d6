import { KoinonError } from '@koinon/protocol/errors';
import { type StudyRecord, type StudyStep, stepSchema, studyAnswer, studySchema } from '../api/answers.ts';
import type { NodeClient } from '../api/nodeClient.ts';

/** Times the stream of a study may break before it is given up. */
const BREAKS_MAX = 5;

/**
 * Tells every step of a study once for each status it takes, from the first on, until the study settles; answers how it
 * did. The signal stops the watching, not the study. Throws `K_WATCH_BROKEN` when the node goes away.
 */
export async function watchStudy(
  client: NodeClient,
  id: string,
  tell: (step: StudyStep) => void | Promise<void>,
  signal?: AbortSignal,
): Promise<StudyRecord> {
  const told = new Set<string>();
  for (let breaks = 0; breaks < BREAKS_MAX; breaks++) {
    for await (const { event, data } of client.events(`/api/studies/${id}/events`, signal)) {
      if (event === 'study') return studySchema.parse(data);
      if (event !== 'step') continue;
      const step = stepSchema.parse(data);
      const key = `${step.name} ${step.status}`;
      if (told.has(key)) continue;
      told.add(key);
      await tell(step);
    }
    // The stream ended without a word on the study: a proxy, or the node at its end. Ask once more.
    const { study } = await client.get(`/api/studies/${id}`, studyAnswer);
    if (study.state !== 'running') return study;
  }
  throw new KoinonError({
    code: 'K_WATCH_BROKEN',
    message: 'The node keeps ending the stream of the study.',
    fault: 'platform',
    next: `The study goes on; look again with "koinon jobs show ${id}".`,
  });
}

/** The error a failed study ended with, with what to do next. */
export function studyFailure(study: StudyRecord): KoinonError {
  const { code = 'K_STUDY_FAILED', message = 'The study failed.' } = study.failure ?? {};
  return new KoinonError({
    code: /^K_/.test(code) ? (code as `K_${string}`) : 'K_STUDY_FAILED',
    message,
    fault: 'user',
    data: { study: study.id },
    next: nextAfterFailure(study),
  });
}

/** What to do about a failed study. Taking it up again would only hear a no again. */
export function nextAfterFailure({ id, failure }: StudyRecord): string {
  const advice = failure?.next ?? '';
  const resume = `Take it up again: koinon jobs resume ${id}`;
  if (failure?.code === 'K_GRANT_DENIED') return advice;
  return advice === '' ? resume : `${advice} ${resume}`;
}
