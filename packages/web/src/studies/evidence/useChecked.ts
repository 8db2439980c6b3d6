import { useEffect, useState } from 'preact/hooks';
import { askChecker } from '../../checker/checker.ts';
import type { Question, Questions } from '../../checker/questions.ts';

export type Checked<A> =
  | { state: 'checking' }
  | { state: 'checked'; answer: A }
  | { state: 'failed'; reason: string };

/** The checker's answer to one question, asked when the component appears. */
export function useChecked<Q extends Question>(
  question: Q,
  args: Questions[Q]['args'],
): Checked<Questions[Q]['answer']> {
  const [checked, setChecked] = useState<Checked<Questions[Q]['answer']>>({ state: 'checking' });
  const key = JSON.stringify(args);
  useEffect(() => {
    let isCurrent = true;
    setChecked({ state: 'checking' });
    askChecker(question, args).then(
      answer => isCurrent && setChecked({ state: 'checked', answer }),
      (error: Error) => isCurrent && setChecked({ state: 'failed', reason: error.message }),
    );
    return () => {
      isCurrent = false;
    };
  }, [question, key]);
  return checked;
}
