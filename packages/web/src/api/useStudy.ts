import { useEffect, useState } from 'preact/hooks';
import type { Step, Study } from './answers.ts';
import { ApiError, ask, send } from './ask.ts';
import { readEvents } from './eventStream.ts';

export interface FollowedStudy {
  study?: Study;
  steps: readonly Step[];
  error?: ApiError;
  /** False while the stream of events is broken off and is being taken up again. */
  isConnected: boolean;
}

/** Pause before a broken stream is taken up again, milliseconds. */
const AGAIN_MS = 1500;

/** A study and its steps, filled in as they happen. */
export function useStudy(id: string): FollowedStudy {
  const [followed, setFollowed] = useState<FollowedStudy>({ steps: [], isConnected: true });
  useEffect(() => {
    const stopping = new AbortController();
    const { signal } = stopping;
    const change = (next: (before: FollowedStudy) => FollowedStudy) => signal.aborted || setFollowed(next);
    setFollowed({ steps: [], isConnected: true });
    void follow(`/api/studies/${encodeURIComponent(id)}`, change, signal);
    return () => stopping.abort();
  }, [id]);
  return followed;
}

async function follow(
  path: string,
  change: (next: (before: FollowedStudy) => FollowedStudy) => void,
  signal: AbortSignal,
): Promise<void> {
  let isKnown = false;
  while (!signal.aborted) {
    try {
      const { study, steps } = await ask<{ study: Study; steps: Step[] }>(path, { signal });
      isKnown = true;
      change(() => ({ study, steps, isConnected: true }));
      if (study.state !== 'running') return;
      const { body } = await send(`${path}/events`, { signal });
      for await (const { event, data } of readEvents(body!)) {
        if (event === 'step') {
          change(before => ({ ...before, steps: withStep(before.steps, JSON.parse(data) as Step) }));
        } else if (event === 'study') {
          change(before => ({ ...before, study: JSON.parse(data) as Study }));
          return;
        }
      }
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof ApiError && !isKnown) return change(before => ({ ...before, error }));
    }
    change(before => ({ ...before, isConnected: false }));
    await new Promise(resolve => setTimeout(resolve, AGAIN_MS));
  }
}

/** The steps with this one put in, or put in the place of its earlier self. */
export function withStep(steps: readonly Step[], step: Step): Step[] {
  const isKnown = steps.some(({ name }) => name === step.name);
  return isKnown ? steps.map(known => (known.name === step.name ? step : known)) : [...steps, step];
}
