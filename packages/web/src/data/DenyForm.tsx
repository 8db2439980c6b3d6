import { useState } from 'preact/hooks';
import type { RequestView } from '../api/answers.ts';
import { ask } from '../api/ask.ts';
import { Failure } from '../parts/Loaded.tsx';
import { useSending } from './useSending.ts';

/** Refuses a request, or all that wait of whoever sent it. */
export function DenyForm({ request, onDenied }: { request: RequestView; onDenied(): void }) {
  const [reason, setReason] = useState('');
  const { isBusy, failure, run } = useSending();
  const { digest } = request;
  const { requester } = request.request.message;
  const deny = (send: () => Promise<unknown>) =>
    run(async () => {
      await send();
      onDenied();
    });
  return (
    <form
      onSubmit={event => {
        event.preventDefault();
        deny(() => ask('custody.deny', { params: { digest }, body: { reason } }));
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
        <button
          type="button"
          disabled={isBusy}
          onClick={() => deny(() => ask('custody.denyMany', { body: { requester, reason } }))}
        >
          Deny all that wait from this requester
        </button>
      </p>
      {failure && <Failure title="The answer was not taken" failure={failure} />}
    </form>
  );
}
