import type { KoinonError } from '@koinon/protocol/errors';
import { useEffect, useState } from 'preact/hooks';
import { failureOf } from './ask.ts';

export type Answer<T> =
  | { state: 'loading' }
  | { state: 'failed'; error: KoinonError; retry(): void }
  | { state: 'here'; value: T; reload(): void };

/**
 * Loads something and, with `everyMs`, keeps it fresh while the tab is seen. A failed refresh keeps what was there.
 * `key` names what is loaded: another key loads anew.
 */
export function useAnswer<T>(key: string, load: () => Promise<T>, everyMs?: number): Answer<T> {
  const [attempt, setAttempt] = useState(0);
  const [kept, setKept] = useState<{ key: string; value?: T; error?: KoinonError }>({ key });

  useEffect(() => {
    let isCurrent = true;
    const refresh = () =>
      load().then(
        value => isCurrent && setKept({ key, value }),
        (cause: unknown) =>
          isCurrent &&
          setKept(before =>
            before.key === key && before.value !== undefined ? before : { key, error: failureOf(cause) },
          ),
      );
    void refresh();
    const timer =
      everyMs === undefined ? undefined : setInterval(() => document.hidden || void refresh(), everyMs);
    return () => {
      isCurrent = false;
      clearInterval(timer);
    };
  }, [key, attempt, everyMs]);

  const again = () => setAttempt(before => before + 1);
  if (kept.key !== key) return { state: 'loading' };
  if (kept.value !== undefined) return { state: 'here', value: kept.value, reload: again };
  if (kept.error) return { state: 'failed', error: kept.error, retry: again };
  return { state: 'loading' };
}
