import { useEffect, useRef, useState } from 'preact/hooks';
import type { Status, Step } from '../api/answers.ts';
import { ask } from '../api/ask.ts';
import { useAnswer } from '../api/useAnswer.ts';
import { useStudy } from '../api/useStudy.ts';
import { Disclosure } from '../parts/Disclosure.tsx';
import { Failure, Loading } from '../parts/Loaded.tsx';
import { Badge, Mark } from '../parts/Mark.tsx';
import { Page } from '../parts/Page.tsx';
import { dateTime, duration } from '../words/format.ts';
import { Evidence } from './evidence/Evidence.tsx';
import type { Surroundings } from './evidence/surroundings.ts';
import { nameOfStudy } from './nameOfStudy.ts';
import { resultOf } from './results.ts';
import { Said } from './Said.tsx';
import { sentenceOf } from './sentence.ts';
import { placeOf, type TimelineGroup, type TimelineStep, timelineOf } from './timeline.ts';

export function StudyPage({ id }: { id: string }) {
  const { study, steps, error, isConnected } = useStudy(id);
  const status = useAnswer('status', () => ask('node.status'));
  if (error) {
    return (
      <Page title="Study">
        <Failure title="Could not load the study" failure={error} />
      </Page>
    );
  }
  if (!study) {
    return (
      <Page title="Study">
        <Loading what="the study" />
      </Page>
    );
  }
  const timeline = timelineOf(study, steps);
  const { purpose } = study.request;
  const name = nameOfStudy(study);
  const last = steps.reduce((latest, step) => Math.max(latest, step.endedAtMs ?? 0), study.createdAtMs);
  const served = steps.some(step => step.name === 'served' && step.status === 'done');
  return (
    <Page title={name ?? `Job ${study.id}`} lead={`“${purpose}”`}>
      <p>
        <Badge state={study.state} /> <span class="muted">Began {dateTime(study.createdAtMs)}</span>
        {study.state === 'done' && <span class="muted">, took {duration(last - study.createdAtMs)}</span>}
      </p>
      {served && name && (
        <p>
          <a class="button" href={`/models/${name}`}>
            See and try the model
          </a>
        </p>
      )}
      {study.failure && <Failure title="The study failed" failure={study.failure} />}
      {!isConnected && study.state === 'running' && (
        <p class="box" role="status">
          The connection to the node broke off; trying again …
        </p>
      )}
      <Announcer steps={steps} isRunning={study.state === 'running'} />
      <p class="muted">
        Every step leaves evidence. Open a step to see it; signatures and proofs are checked in your browser
        as you look.
      </p>
      <ol class="timeline">
        {timeline.map(group => (
          <Group
            key={group.id}
            group={group}
            steps={steps}
            beganMs={study.createdAtMs}
            status={status.state === 'here' ? status.value : undefined}
          />
        ))}
      </ol>
    </Page>
  );
}

function Group({
  group,
  steps,
  beganMs,
  status,
}: {
  group: TimelineGroup;
  steps: readonly Step[];
  beganMs: number;
  status: Status | undefined;
}) {
  return (
    <li class={`group ${group.state}`}>
      <h2 id={`group-${group.id}`}>
        {group.title} <Badge state={group.state} />
      </h2>
      <p class="muted">{group.about}</p>
      <ol class="steps" aria-labelledby={`group-${group.id}`}>
        {group.steps.map(item => (
          <StepLine key={item.name} item={item} steps={steps} beganMs={beganMs} status={status} />
        ))}
      </ol>
    </li>
  );
}

function StepLine({
  item,
  steps,
  beganMs,
  status,
}: {
  item: TimelineStep;
  steps: readonly Step[];
  beganMs: number;
  status: Status | undefined;
}) {
  const { step } = item;
  const state = step?.status ?? 'waiting';
  const sentence = <Said sentence={sentenceOf(item)} />;
  return (
    <li class={`step ${state}`} data-step={item.name} data-state={state}>
      <Mark state={state} />
      <div class="body">
        {step?.status === 'done' && status && item.kind !== 'fetch' ? (
          <Disclosure
            label={
              <>
                <span class="sentence">{sentence}</span>
                <Took step={step} beganMs={beganMs} />
              </>
            }
          >
            {() => <Evidence item={item} surroundings={surroundingsOf(item, steps, status)} />}
          </Disclosure>
        ) : (
          <p class="sentence">
            {sentence}
            {step && <Took step={step} beganMs={beganMs} />}
          </p>
        )}
        {step?.failure && <Failure title="This step failed" failure={step.failure} />}
      </div>
    </li>
  );
}

function Took({ step, beganMs }: { step: Step; beganMs: number }) {
  if (step.endedAtMs === undefined) return null;
  return (
    <span class="took">
      <span title="since the study began">+{duration(step.endedAtMs - beganMs)}</span>
    </span>
  );
}

/** What the evidence of a step needs from elsewhere: the receipt its job has, the domains of its signatures. */
function surroundingsOf(item: TimelineStep, steps: readonly Step[], { deployment }: Status): Surroundings {
  const job = item.name.split('.')[0];
  const receipt = resultOf(steps, 'receipt', `${job}.receipt`);
  const dataset = resultOf(steps, 'dataset');
  const channel = resultOf(steps, 'channel', `${job}.channel`);
  return {
    domains: deployment,
    ...(receipt ? { receipt } : {}),
    ...(dataset ? { dataset } : {}),
    ...(channel ? { payer: channel.params.signer } : {}),
  };
}

/** Says what happens to those who do not see it: one sentence for each step that is done while one listens. */
function Announcer({ steps, isRunning }: { steps: readonly Step[]; isRunning: boolean }) {
  const told = useRef<number>(undefined);
  const [text, setText] = useState('');
  const done = steps.filter(step => step.status === 'done');
  useEffect(() => {
    const before = told.current;
    told.current = done.length;
    const step = done.at(-1);
    if (before === undefined || before === 0 || done.length <= before || !step) return;
    const { kind } = placeOf(step.name);
    setText(sentenceOf({ name: step.name, kind, step }).replace(/\{0x([0-9a-f]{4})[0-9a-f]*\}/g, 'node $1'));
  }, [done.length]);
  return (
    <p class="sr" role="status" aria-live="polite">
      {text}
      {!isRunning && told.current !== undefined ? ' The study has ended.' : ''}
    </p>
  );
}
