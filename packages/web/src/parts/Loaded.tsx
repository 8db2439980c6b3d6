import type { ComponentChildren } from 'preact';
import type { Failure as FailureRecord } from '../api/answers.ts';
import type { Answer } from '../api/useAnswer.ts';

/** What was loaded, or that it is still loading, or why it could not be. */
export function Loaded<T>({
  answer,
  what,
  children,
}: {
  answer: Answer<T>;
  /** What is loaded: "the nodes". */
  what: string;
  children(value: T, reload: () => void): ComponentChildren;
}) {
  if (answer.state === 'loading') return <Loading what={what} />;
  if (answer.state === 'failed') {
    return <Failure title={`Could not load ${what}`} failure={answer.error} retry={answer.retry} />;
  }
  return <>{children(answer.value, answer.reload)}</>;
}

export function Loading({ what }: { what: string }) {
  return (
    <p class="loading" role="status">
      <span class="spinner" aria-hidden="true" /> Loading {what} …
    </p>
  );
}

/** What happened, why, and what to do next. */
export function Failure({
  title,
  failure,
  retry,
}: {
  title: string;
  failure: FailureRecord;
  retry?: () => void;
}) {
  return (
    <div class="box failed" role="alert">
      <p>
        <strong>{title}.</strong> {failure.message}
      </p>
      {failure.next && <p>{failure.next}</p>}
      <p class="muted">
        <code>{failure.code}</code>
      </p>
      {retry && (
        <button type="button" onClick={retry}>
          Try again
        </button>
      )}
    </div>
  );
}

export function Empty({ children }: { children: ComponentChildren }) {
  return <div class="box empty">{children}</div>;
}
