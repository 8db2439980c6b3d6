import type { Step, Study } from '@koinon/api';
import { KoinonError } from '@koinon/protocol/errors';
import { type Client, watchStudy as eventsOf } from '@koinon/sdk';

/**
 * Tells every step of a study once for each status it takes, from the first on, until the study settles; answers how it
 * did. The signal stops the watching, not the study. Throws `K_WATCH_BROKEN` when the node goes away.
 */
export async function watchStudy(
  client: Client,
  id: string,
  tell: (step: Step) => void | Promise<void>,
  signal?: AbortSignal,
): Promise<Study> {
  try {
    for await (const { event, data } of eventsOf(client, id, { signal })) {
      if (event === 'study') return data;
      await tell(data);
    }
  } catch (error) {
    if (!(error instanceof KoinonError) || error.code !== 'K_STREAM_BROKEN') throw error;
  }
  throw new KoinonError({
    code: 'K_WATCH_BROKEN',
    message: 'The node keeps ending the stream of the study.',
    fault: 'platform',
    next: `The study goes on; look again with "koinon jobs show ${id}".`,
  });
}

/** The error a failed study ended with, with what to do next. */
export function studyFailure(study: Study): KoinonError {
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
export function nextAfterFailure({ id, failure }: Study): string {
  const advice = failure?.next ?? '';
  const resume = `Take it up again: koinon jobs resume ${id}`;
  if (failure?.code === 'K_GRANT_DENIED') return advice;
  return advice === '' ? resume : `${advice} ${resume}`;
}
