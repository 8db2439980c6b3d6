import { useState } from 'preact/hooks';
import type { Dispute } from '../api/answers.ts';
import { askChecker } from '../checker/checker.ts';
import type { StepAnswer } from '../checker/questions.ts';
import { Facts } from '../parts/Facts.tsx';
import { Hash } from '../parts/Hash.tsx';
import { Badge } from '../parts/Mark.tsx';

type Progress =
  | { state: 'idle' }
  | { state: 'running'; note: string }
  | { state: 'failed'; message: string }
  | { state: 'done'; answer: StepAnswer };

/** Replays the disputed step in this browser and sets the outcome beside what was committed to. */
export function ReplayStep({ dispute }: { dispute: Dispute }) {
  const [progress, setProgress] = useState<Progress>({ state: 'idle' });
  const { jury, work } = dispute;
  if (!jury) return null;
  const replay = async () => {
    if (!work) return;
    setProgress({ state: 'running', note: 'Loading program and inputs …' });
    try {
      const answer = await askChecker(
        'step',
        {
          manifest: work.manifest,
          index: Number(jury.step),
          claimed: jury.claimed,
          ...(work.roots ? { roots: work.roots } : {}),
          ...(work.opening ? { trace: work.opening.trace } : {}),
        },
        { onNote: note => setProgress({ state: 'running', note }) },
      );
      setProgress({ state: 'done', answer });
    } catch (error) {
      setProgress({ state: 'failed', message: (error as Error).message });
    }
  };
  return (
    <section class="box" aria-labelledby="replay-step" data-step-state={stateOf(progress)}>
      <h2 id="replay-step">Be the jury</h2>
      <p>
        Your browser runs the program to step {jury.step}, replays that step alone, and compares its outcome
        with what the accused committed to before the court. Program and inputs are hashed here; that these
        are the disputed ones, and what was committed to, is this node’s word.
      </p>
      {work ? (
        <button type="button" class="primary" onClick={replay} disabled={progress.state === 'running'}>
          {progress.state === 'done' ? 'Replay it again' : `Replay step ${jury.step} here`}
        </button>
      ) : (
        <p class="muted">
          This node does not have the disputed work. Where it is:{' '}
          <code>
            koinon verify {dispute.statement} --step {jury.step}
          </code>
        </p>
      )}
      <div role="status" class="summary">
        {progress.state === 'running' && (
          <>
            <span class="spinner" aria-hidden="true" /> {progress.note}
          </>
        )}
        {progress.state === 'failed' && (
          <span class="failed-text">It could not be replayed: {progress.message}</span>
        )}
        {progress.state === 'done' && (
          <Answer answer={progress.answer} claimed={jury.claimed} majority={jury.majority} />
        )}
      </div>
    </section>
  );
}

function Answer({
  answer,
  claimed,
  majority,
}: {
  answer: StepAnswer;
  claimed: string;
  majority: string | undefined;
}) {
  const isSame = answer.outcome === claimed;
  return (
    <>
      <p>
        <Badge
          state={isSame ? 'done' : 'failed'}
          word={isSame ? 'the accused is right' : 'the accused is wrong'}
        />{' '}
        {isSame
          ? 'Replayed here, the step comes to what the accused committed to.'
          : 'Replayed here, the step comes to something else than the accused committed to.'}
        {majority === answer.outcome && ' The jury found the same as this browser.'}
      </p>
      <Facts
        label="The step, replayed here"
        facts={[
          { name: 'outcome here', value: <Hash of={answer.outcome} label="the outcome here" /> },
          { name: 'outcome committed to', value: <Hash of={claimed} label="the outcome committed to" /> },
          {
            name: 'state after the step, here',
            value: <Hash of={answer.stateRoot} label="the state here" />,
          },
          ...(answer.committedRoot
            ? [
                {
                  name: 'state committed to',
                  value: <Hash of={answer.committedRoot} label="the state committed to" />,
                  about:
                    answer.committedRoot === answer.stateRoot
                      ? 'The same: what differs was altered after the last step.'
                      : 'Another: the step itself was not done as the program says.',
                },
              ]
            : []),
          ...(answer.isLast
            ? [{ name: 'last step', value: `exit code ${answer.exitCode}, ${answer.fuel} fuel` }]
            : []),
        ]}
      />
    </>
  );
}

function stateOf(progress: Progress): string {
  if (progress.state !== 'done') return progress.state;
  return 'done';
}
