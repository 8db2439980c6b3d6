import type { JobEvidence } from '../api/answers.ts';
import { ask } from '../api/ask.ts';
import { useAnswer } from '../api/useAnswer.ts';
import { Address } from '../parts/Address.tsx';
import { Facts } from '../parts/Facts.tsx';
import { Hash } from '../parts/Hash.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import { Page } from '../parts/Page.tsx';
import { Term } from '../parts/Term.tsx';
import { dateTime } from '../words/format.ts';
import { CheckThis } from './CheckThis.tsx';
import { Metrics } from './Metrics.tsx';
import { PassportGraph } from './PassportGraph.tsx';
import { TryIt } from './TryIt.tsx';

export function ModelPage({ name, version }: { name: string; version?: number | undefined }) {
  const answer = useAnswer(`model ${name} ${version}`, () =>
    ask('serving.model', { params: { name }, query: version === undefined ? {} : { version } }),
  );
  return (
    <Page title={name}>
      <Loaded answer={answer} what="the model">
        {({ model, passport, registered }) => (
          <>
            <p class="muted">
              Version {model.version}, made {dateTime(Number(passport.createdAt) * 1000)}.{' '}
              <a href={`/api/blobs/${model.model}`} download={`${name}.onnx`}>
                Download the model (ONNX)
              </a>
              ,{' '}
              <a href={`/api/blobs/${model.passport}`} download={`${name}.passport.cbor`}>
                its passport
              </a>
              .
            </p>
            <section aria-labelledby="origin">
              <h2 id="origin">Where it comes from</h2>
              <PassportGraph passport={passport} isRegistered={registered !== null} />
            </section>
            <CheckThis passport={model.passport} />
            {passport.evaluations.map(evaluation => (
              <Metrics key={evaluation.metrics.manifest} evaluation={evaluation} />
            ))}
            <TryIt
              model={model}
              table={passport.evaluations.flatMap(each => ('data' in each ? [each.data] : []))[0]}
            />
            <section aria-labelledby="papers">
              <h2 id="papers">In its passport</h2>
              <Facts
                facts={[
                  {
                    name: 'model',
                    value: <Hash of={model.model} label="the name of the model" />,
                    about: 'Its name is the fingerprint of its bytes.',
                  },
                  {
                    name: 'passport',
                    value: <Hash of={model.passport} label="the name of the passport" />,
                    about: 'The passport is named the same way.',
                  },
                  { name: 'published by', value: <Address of={passport.publisher} /> },
                  {
                    name: 'on the blockchain',
                    value: registered ? 'registered, with this passport' : 'not registered',
                    about: 'Who looks the model up on the blockchain finds this passport’s fingerprint.',
                  },
                  ...passport.datasets.map(dataset => ({
                    name: `dataset ${dataset.id}`,
                    value: (
                      <>
                        <a href={`/data/${dataset.id}`}>what is known of it</a>, content{' '}
                        <Hash of={dataset.contentRoot} label="the content root" />
                      </>
                    ),
                  })),
                ]}
              />
              <JobFacts title="Training" job={passport.training} />
              {passport.evaluations.map(evaluation => (
                <div key={evaluation.metrics.manifest}>
                  {'predictions' in evaluation && (
                    <JobFacts title="Predictions" job={evaluation.predictions} />
                  )}
                  <JobFacts title="Metrics" job={evaluation.metrics} />
                </div>
              ))}
            </section>
          </>
        )}
      </Loaded>
    </Page>
  );
}

function JobFacts({ title, job }: { title: string; job: JobEvidence }) {
  const [audit] = job.audits;
  const { provider } = job.receipt.message;
  return (
    <div id={`job-${title.toLowerCase()}`} class="box">
      <h3>{title}</h3>
      <Facts
        facts={[
          { name: 'done by', value: <Address of={provider} /> },
          {
            name: 'checked by',
            value: audit ? (
              <>
                <Address of={audit.report.message.auditor} />,{' '}
                {audit.choice.by === 'owner' ? (
                  'named by the data owner'
                ) : (
                  <>
                    <Term noun="lot">drawn by lot</Term> among {audit.choice.candidates.length}
                  </>
                )}
              </>
            ) : (
              'nobody'
            ),
          },
          { name: 'manifest', value: <Hash of={job.manifest} label="the manifest" /> },
          {
            name: 'in the log',
            value: `entry ${job.inclusion.index} (counted from 0) of ${job.inclusion.size}, anchored in block ${job.inclusion.anchor.block}`,
          },
        ]}
      />
    </div>
  );
}
