import type { Study } from '../api/answers.ts';
import { ask } from '../api/ask.ts';
import { useAnswer } from '../api/useAnswer.ts';
import { Empty, Loaded } from '../parts/Loaded.tsx';
import { Badge } from '../parts/Mark.tsx';
import { Page } from '../parts/Page.tsx';
import { ago, dateTime } from '../words/format.ts';
import { nameOfStudy } from './nameOfStudy.ts';

const REFRESH_MS = 4000;

function studyState(state: Study['state']): 'done' | 'running' | 'failed' {
  return state;
}

export function StudiesPage() {
  const answer = useAnswer('studies', () => ask('studies.list'), REFRESH_MS);
  return (
    <Page
      title="Studies"
      lead="A study is a piece of research from question to answer: permission, training, evaluation. Open one to see every step with its evidence."
    >
      <Loaded answer={answer} what="the studies">
        {({ studies }) =>
          studies.length === 0 ? (
            <Empty>
              <p>
                No study was run through this node yet. Start one with <code>npm start</code>, or with{' '}
                <code>koinon train</code>.
              </p>
            </Empty>
          ) : (
            <ul class="cards-list">
              {[...studies].reverse().map(study => (
                <li key={study.id} class="box">
                  <h2>
                    <a href={`/studies/${study.id}`}>{nameOfStudy(study) ?? `Job ${study.id}`}</a>{' '}
                    <Badge state={studyState(study.state)} />
                  </h2>
                  <p>“{study.request.purpose}”</p>
                  <p class="muted">
                    <time
                      dateTime={new Date(study.createdAtMs).toISOString()}
                      title={dateTime(study.createdAtMs)}
                    >
                      {ago(study.createdAtMs, Date.now())}
                    </time>
                    {study.request.kind === 'train' && <> · dataset {study.request.dataset}</>} · {study.id}
                  </p>
                  {study.failure && <p class="failed-text">{study.failure.message}</p>}
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </Page>
  );
}
