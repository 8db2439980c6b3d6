import { useState } from 'preact/hooks';
import type { RequestView } from '../api/answers.ts';
import { tell } from '../api/ask.ts';
import { Failure } from '../parts/Loaded.tsx';
import { useSending } from './useSending.ts';

/** Refuses a request, or all that wait of whoever sent it. */
export function DenyForm({ request, onDenied }: { request: RequestView; onDenied(): void }) {
  const [reason, setReason] = useState('');
  const { isBusy, failure, run } = useSending();
  const { digest } = request;
  const { requester } = request.request.message as { requester?: string };
  const deny = (path: string, body: object) =>
    run(async () => {
      await tell(path, { ...body, reason });
      onDenied();
    });
  return (
    <form
      onSubmit={event => {
        event.preventDefault();
        deny(`/api/requests/${digest}/deny`, {});
      }}
    >
      <div class="field">
        <label for={`reason-${digest}`}>Why (the researcher reads this)</label>
        <input
          id={`reason-${digest}`}
          maxLength={1000}
          value={reason}
          onInput={event => setReason(event.currentTarget.value)}
        />
      </div>
      <p class="buttons">
        <button type="submit" disabled={isBusy}>
          Deny this request
        </button>
        <button type="button" disabled={isBusy} onClick={() => deny('/api/requests/deny', { requester })}>
          Deny all that wait from this requester
        </button>
      </p>
      {failure && <Failure title="The answer was not taken" failure={failure} />}
    </form>
  );
}
