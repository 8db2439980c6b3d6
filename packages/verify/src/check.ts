import { asKoinonError } from '@koinon/protocol';
import { z } from 'zod';

/** One thing that was checked, in words a journalist understands. */
export interface Check {
  /** Stable name, e.g. `receipt.signature`; programs branch on it (docs/verify.md lists them). */
  id: string;
  /** What it belongs to: `training`, `predictions`, `metrics`, `passport`, `bundle`; ` 2` and so on for further ones. */
  job: string;
  /** `skipped`: nothing was found wrong, but it could not be checked here, and `detail` says why. */
  state: 'ok' | 'failed' | 'skipped';
  /** What should be true, one sentence. */
  title: string;
  /** What was found; when failed: what is wrong and what that would mean. */
  detail: string;
  /** Sentences that everybody should read who relies on this, whatever came of the check; one a line. */
  notes?: readonly string[];
}

/** What came out of one check. */
export type Outcome = Pick<Check, 'state' | 'detail' | 'notes'>;

export const ok = (detail: string, notes?: readonly string[]): Outcome => ({
  state: 'ok',
  detail,
  ...(notes ? { notes } : {}),
});
/** `wrong` is a sentence about what was found, `meaning` one about what follows from it. */
export const failed = (wrong: string, meaning: string): Outcome => ({
  state: 'failed',
  detail: `${wrong} ${meaning}`,
});
export const skipped = (why: string, notes?: readonly string[]): Outcome => ({
  state: 'skipped',
  detail: why,
  ...(notes ? { notes } : {}),
});

/** Thrown inside a check where somebody who was asked gave no answer: that proves nothing about the evidence. */
class NotAnswered extends Error {
  override readonly name = 'NotAnswered';
}

/** Makes the checks of one job. Whatever a check throws becomes its outcome: evidence is made by strangers. */
export type Checker = (id: string, title: string, run: () => Outcome | Promise<Outcome>) => Promise<Check>;

export function checkerFor(job: string): Checker {
  return async (id, title, run) => {
    try {
      return { id, job, title, ...(await run()) };
    } catch (error) {
      const state = error instanceof NotAnswered ? 'skipped' : 'failed';
      return { id, job, title, state, detail: reasonOf(error) };
    }
  };
}

/** Asks somebody; a failure to answer is marked as such. */
export async function asked<T>(question: () => Promise<T>): Promise<T> {
  try {
    return await question();
  } catch (error) {
    throw new NotAnswered(`It could not be asked for: ${asKoinonError(error).message}`, { cause: error });
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof z.ZodError) return `It is malformed: ${z.prettifyError(error)}.`;
  return asKoinonError(error).message;
}
