import { useEffect, useState } from 'preact/hooks';
import type { Step, Study } from './answers.ts';
import { ApiError, ask } from './ask.ts';

export interface FollowedStudy {
  study?: Study;
  steps: readonly Step[];
  error?: ApiError;
  /** False while the stream of events is broken off and the browser tries to take it up again. */
  isConnected: boolean;
}

/** A study and its steps, filled in as they happen. */
export function useStudy(id: string): FollowedStudy {
  const [followed, setFollowed] = useState<FollowedStudy>({ steps: [], isConnected: true });

  useEffect(() => {
    let isCurrent = true;
    const change = (next: (before: FollowedStudy) => FollowedStudy) => isCurrent && setFollowed(next);
    setFollowed({ steps: [], isConnected: true });
    let events: EventSource | undefined;

    ask<{ study: Study; steps: Step[] }>(`/api/studies/${encodeURIComponent(id)}`).then(
      ({ study, steps }) => {
        change(before => ({ ...before, study, steps }));
        if (study.state !== 'running' || !isCurrent) return;
        events = new EventSource(`/api/studies/${encodeURIComponent(id)}/events`);
        events.onopen = () => change(before => ({ ...before, isConnected: true }));
        events.onerror = () => change(before => ({ ...before, isConnected: false }));
        events.addEventListener('step', event => {
          const step = JSON.parse(event.data) as Step;
          change(before => ({ ...before, steps: withStep(before.steps, step) }));
        });
        events.addEventListener('study', event => {
          events?.close();
          const settled = JSON.parse(event.data) as Study;
          change(before => ({ ...before, study: settled, isConnected: true }));
        });
      },
      (error: unknown) => {
        if (error instanceof ApiError) change(before => ({ ...before, error }));
      },
    );
    return () => {
      isCurrent = false;
      events?.close();
    };
  }, [id]);

  return followed;
}

/** The steps with this one put in, or put in the place of its earlier self. */
export function withStep(steps: readonly Step[], step: Step): Step[] {
  const isKnown = steps.some(({ name }) => name === step.name);
  return isKnown ? steps.map(known => (known.name === step.name ? step : known)) : [...steps, step];
}
