import { useState } from 'preact/hooks';
import type { Failure } from '../api/answers.ts';
import { failureOf } from '../api/ask.ts';

/** Whether something is being sent, and how sending it failed the last time. */
export function useSending(): {
  isBusy: boolean;
  failure: Failure | undefined;
  run(send: () => Promise<void>): void;
} {
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure>();
  const run = async (send: () => Promise<void>) => {
    setBusy(true);
    setFailure(undefined);
    try {
      await send();
    } catch (error) {
      setFailure(failureOf(error));
    } finally {
      setBusy(false);
    }
  };
  return { isBusy, failure, run: send => void run(send) };
}
