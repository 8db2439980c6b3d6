import type { KoinonError } from '@koinon/protocol/errors';
import { useEffect, useState } from 'preact/hooks';
import type { Step, Study } from './answers.ts';
import { failureOf, loadClient } from './ask.ts';

export interface FollowedStudy {
  study?: Study;
  steps: readonly Step[];
  error?: KoinonError;
  /** False while the stream of events is broken off and is being taken up again. */
  isConnected: boolean;
}

/** A study and its steps, filled in as they happen. */
export function useStudy(id: string): FollowedStudy {
  const [followed, setFollowed] = useState<FollowedStudy>({ steps: [], isConnected: true });
  useEffect(() => {
    const stopping = new AbortController();
    const { signal } = stopping;
    const change = (next: (before: FollowedStudy) => FollowedStudy) => signal.aborted || setFollowed(next);
    setFollowed({ steps: [], isConnected: true });
    follow(id, change, signal).catch(
      cause => signal.aborted || change(before => ({ ...before, error: failureOf(cause) })),
    );
    return () => stopping.abort();
  }, [id]);
  return followed;
}

async function follow(
  id: string,
  change: (next: (before: FollowedStudy) => FollowedStudy) => void,
  signal: AbortSignal,
): Promise<void> {
  const { pageClient, routesOf, shownStep, watchStudy, wired } = await loadClient();
  const client = pageClient();
  const { study, steps } = await client.call(routesOf.studies.get, { params: { id } }, { signal });
  change(() => ({ study: wired(study) as Study, steps: steps.map(shownStep), isConnected: true }));
  if (study.state !== 'running') return;
  const onConnection = (isConnected: boolean) => change(before => ({ ...before, isConnected }));
  const events = watchStudy(client, id, { signal, tries: Number.POSITIVE_INFINITY, onConnection });
  for await (const { event, data } of events) {
    if (event === 'step') change(before => ({ ...before, steps: withStep(before.steps, shownStep(data)) }));
    else change(before => ({ ...before, study: wired(data) as Study, isConnected: true }));
  }
}

/** The steps with this one put in, or put in the place of its earlier self. */
function withStep(steps: readonly Step[], step: Step): Step[] {
  const isKnown = steps.some(({ name }) => name === step.name);
  return isKnown ? steps.map(known => (known.name === step.name ? step : known)) : [...steps, step];
}
