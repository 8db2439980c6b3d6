import { bitsClause, programClause } from '@koinon/protocol/requestWords';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import type { RequestView } from '../api/answers.ts';
import { ask } from '../api/ask.ts';
import { askChecker } from '../checker/checker.ts';
import { Address } from '../parts/Address.tsx';
import { Failure } from '../parts/Loaded.tsx';
import { grouped } from '../words/format.ts';
import { approvalTyped } from './approvalTyped.ts';
import { useSending } from './useSending.ts';

/** Asks once more, in words: the owner types the bits. The browser keeps the focus in it, and Escape closes it. */
export function GrantDialog({
  request,
  bitsOfRow,
  onClose,
  onGranted,
}: {
  request: RequestView;
  bitsOfRow: number | undefined;
  onClose(): void;
  onGranted(): void;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  const [typed, setTyped] = useState({ bits: '', opaqueBits: '' });
  const { isBusy, failure, run } = useSending();
  useEffect(() => dialog.current?.showModal(), []);
  const { digest, bound, program } = request;
  const { message } = request.request;
  const { bits = 0, opaqueBits = 0 } = bound ?? {};
  const grant = () =>
    run(async () => {
      const body = await approvalTyped(request, typed, manifest => askChecker('terms', { manifest }));
      await ask('custody.approve', { params: { digest }, body });
      dialog.current?.close();
      onGranted();
    });
  return (
    <dialog ref={dialog} aria-labelledby={`${id}-title`} onClose={onClose}>
      <form
        onSubmit={event => {
          event.preventDefault();
          grant();
        }}
      >
        <h2 id={`${id}-title`}>Grant {grouped(bits)} bits?</h2>
        <p>
          <Address of={message.requester} /> may run this on your rows{' '}
          {message.uses === 1 ? 'once' : `${message.uses} times`}: {programClause(program)}.
        </p>
        <p>
          Each use can tell up to {grouped(bits)} bits: {bitsClause(bits, bitsOfRow)}. What has run cannot be
          taken back.
        </p>
        <div class="field">
          <label for={`${id}-bits`}>To say yes, type the number of bits</label>
          <input
            id={`${id}-bits`}
            inputMode="numeric"
            autocomplete="off"
            value={typed.bits}
            onInput={event => setTyped({ ...typed, bits: event.currentTarget.value })}
          />
        </div>
        {opaqueBits > 0 && (
          <div class="field">
            <label for={`${id}-opaque`}>
              {grouped(opaqueBits)} bits leave as the program writes them, unread. To let them out, type that
              number too
            </label>
            <input
              id={`${id}-opaque`}
              inputMode="numeric"
              autocomplete="off"
              value={typed.opaqueBits}
              onInput={event => setTyped({ ...typed, opaqueBits: event.currentTarget.value })}
            />
          </div>
        )}
        {failure && <Failure title="Nothing was granted" failure={failure} />}
        <p class="buttons">
          <button type="submit" class="primary" disabled={isBusy}>
            Grant it
          </button>
          <button type="button" onClick={() => dialog.current?.close()}>
            Cancel
          </button>
        </p>
      </form>
    </dialog>
  );
}
