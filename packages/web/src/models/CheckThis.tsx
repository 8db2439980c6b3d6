import { useState } from 'preact/hooks';
import { askChecker } from '../checker/checker.ts';
import type { Check } from '../checker/questions.ts';
import { Badge, Mark, type MarkState } from '../parts/Mark.tsx';
import { Term } from '../parts/Term.tsx';
import { count } from '../words/format.ts';
import { checkGroups, groupWords, summaryOf } from './checkSummary.ts';

type Progress =
  | { state: 'idle' }
  | { state: 'checking'; note: string; checks: Check[] }
  | { state: 'ended'; checks: Check[]; failure?: string };

const marks: Record<Check['state'], MarkState> = { ok: 'done', failed: 'failed', skipped: 'skipped' };

/** Verifies the passport in this browser, and replays its public jobs here. */
export function CheckThis({ passport }: { passport: string }) {
  const [progress, setProgress] = useState<Progress>({ state: 'idle' });
  const check = async () => {
    const checks: Check[] = [];
    const show = (note: string) => setProgress({ state: 'checking', note, checks: [...checks] });
    show('Loading what it needs …');
    try {
      await askChecker(
        'passport',
        { cid: passport },
        {
          onCheck: found => {
            checks.push(found);
            show(`${count(checks.length, 'check')} done …`);
          },
          onNote: show,
        },
      );
      setProgress({ state: 'ended', checks });
    } catch (error) {
      setProgress({ state: 'ended', checks, failure: (error as Error).message });
    }
  };
  const checks = progress.state === 'idle' ? [] : progress.checks;
  return (
    <section aria-labelledby="check" class="box" data-check-state={stateOf(progress)}>
      <h2 id="check">Do not believe it: check</h2>
      <p>
        Your browser computes every <Term noun="fingerprint">fingerprint</Term> and{' '}
        <Term noun="signature">signature</Term> in the passport again, follows each{' '}
        <Term noun="inclusion-proof">proof</Term> to the log it stands in, and{' '}
        <Term noun="replay">replays</Term> the public jobs here, on this machine. Jobs on private rows it
        cannot replay: only the auditor the data owner named can. It works out again how much of the rows can
        have been told, and that nothing else is in the files. What stands on the blockchain it asks of this
        node; <code>koinon verify</code> asks the blockchain itself.
      </p>
      <button type="button" class="primary" onClick={check} disabled={progress.state === 'checking'}>
        {progress.state === 'ended' ? 'Check again' : 'Check this'}
      </button>
      <p role="status" class="summary">
        {progress.state === 'checking' && (
          <>
            <span class="spinner" aria-hidden="true" /> {progress.note}
          </>
        )}
        {progress.state === 'ended' && <Ended progress={progress} />}
      </p>
      {checkGroups(checks).map(({ title, checks: inGroup }) => (
        <details key={title} class="check-group" open={inGroup.some(({ state }) => state === 'failed')}>
          <summary>
            <Mark state={groupMark(inGroup)} /> <strong>{title}</strong>: {groupWords(inGroup)}
          </summary>
          <ul class="checks">
            {inGroup.map(({ id, state, title: sentence, detail, notes }, i) => (
              <li key={`${i} ${id}`} class={state} data-check={id} data-state={state}>
                <Mark
                  state={marks[state]}
                  word={state === 'ok' ? 'correct' : state === 'failed' ? 'wrong' : 'not checked'}
                />
                <div>
                  <span class="sentence">{sentence}</span>
                  {detail && <span class="detail">{detail}</span>}
                  {notes?.map(note => (
                    <span key={note} class="detail">
                      {note}
                    </span>
                  ))}
                </div>
              </li>
            ))}
          </ul>
        </details>
      ))}
    </section>
  );
}

function Ended({ progress }: { progress: Extract<Progress, { state: 'ended' }> }) {
  const { checks, failure } = progress;
  const { state, text } = summaryOf(checks, failure);
  return (
    <>
      <Badge
        state={state === 'ok' ? 'done' : 'failed'}
        word={state === 'ok' ? 'nothing wrong found' : 'something is wrong'}
      />{' '}
      {text}
    </>
  );
}

function groupMark(checks: readonly Check[]): MarkState {
  return checks.some(({ state }) => state === 'failed') ? 'failed' : 'done';
}

function stateOf(progress: Progress): string {
  return progress.state === 'ended' ? summaryOf(progress.checks, progress.failure).state : progress.state;
}
