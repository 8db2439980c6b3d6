import { useState } from 'preact/hooks';
import type { Failure as FailureRecord, GrantCase, Job } from '../api/answers.ts';
import { ApiError, ask, tell } from '../api/ask.ts';
import { forgetToken, keepToken, readToken } from '../api/token.ts';
import { type Answer, useAnswer } from '../api/useAnswer.ts';
import { Address } from '../parts/Address.tsx';
import { Disclosure } from '../parts/Disclosure.tsx';
import { Empty, Failure, Loaded } from '../parts/Loaded.tsx';
import { Badge } from '../parts/Mark.tsx';
import { Term } from '../parts/Term.tsx';
import { TokenForm } from '../parts/TokenForm.tsx';
import { ago, fileSize, koin } from '../words/format.ts';
import { RequestDetails } from './RequestDetails.tsx';

const REFRESH_MS = 3000;

/** Where a data owner decides, and sees what left the building. Shown on a custodian's own page. */
export function OwnerDesk() {
  const [hasToken, setHasToken] = useState(readToken() !== undefined);
  if (!hasToken) {
    return (
      <TokenForm
        title="For the data owner"
        why="This node holds data. To answer requests, give the node’s token."
        onToken={token => {
          keepToken(token);
          setHasToken(true);
        }}
      />
    );
  }
  return (
    <Requests
      onRefused={() => {
        forgetToken();
        setHasToken(false);
      }}
    />
  );
}

function Requests({ onRefused }: { onRefused(): void }) {
  const answer = useAnswer('requests', () => ask<{ requests: GrantCase[] }>('/api/requests'), REFRESH_MS);
  if (answer.state === 'failed' && answer.error.status === 401) {
    return (
      <section class="box" aria-labelledby="desk">
        <h2 id="desk">For the data owner</h2>
        <Failure title="The token is not this node’s" failure={answer.error.failure} />
        <button type="button" onClick={onRefused}>
          Give another token
        </button>
      </section>
    );
  }
  return (
    <>
      <section aria-labelledby="desk">
        <h2 id="desk">Requests</h2>
        <p>
          Researchers ask to run a program on your rows. Nothing runs before you say yes; what you allow is a
          signed <Term noun="grant" />.
        </p>
        <Loaded answer={answer} what="the requests">
          {({ requests }, reload) => <Queue requests={requests} reload={reload} />}
        </Loaded>
      </section>
      <WhatLeft />
    </>
  );
}

function Queue({ requests, reload }: { requests: GrantCase[]; reload(): void }) {
  if (requests.length === 0) {
    return (
      <Empty>
        <p>Nobody has asked yet.</p>
      </Empty>
    );
  }
  const sorted = [...requests].sort(
    (a, b) =>
      Number(b.status === 'pending') - Number(a.status === 'pending') || b.receivedAtMs - a.receivedAtMs,
  );
  return (
    <ul class="cards-list">
      {sorted.map(request => (
        <li key={request.digest} class="box" data-request={request.digest}>
          <RequestCard request={request} reload={reload} />
        </li>
      ))}
    </ul>
  );
}

function RequestCard({ request, reload }: { request: GrantCase; reload(): void }) {
  const { message } = request.request;
  const states = { pending: 'waiting', approved: 'done', denied: 'failed' } as const;
  const words = { pending: 'waits for your answer', approved: 'approved', denied: 'denied' };
  return (
    <>
      <p>
        <Badge state={states[request.status]} word={words[request.status]} />{' '}
        <span class="muted">{ago(request.receivedAtMs, Date.now())}</span>
      </p>
      <p class="purpose">“{message['purpose']}”</p>
      <p>
        <Address of={String(message['requester'])} /> asks to use dataset {message['dataset']}{' '}
        {message['uses'] === 1 ? 'once' : `${message['uses']} times`}, for at most{' '}
        {koin(String(message['maxAmount']))} KOIN.
      </p>
      {request.reason && <p>Your reason: {request.reason}</p>}
      <Disclosure label="What exactly would run, and what would leave">
        {() => <RequestDetails request={request} />}
      </Disclosure>
      {request.status === 'pending' && <Decide digest={request.digest} reload={reload} />}
    </>
  );
}

function Decide({ digest, reload }: { digest: string; reload(): void }) {
  const [isDenying, setDenying] = useState(false);
  const [reason, setReason] = useState('');
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState<FailureRecord>();
  const send = async (path: string, body: unknown) => {
    setBusy(true);
    setFailure(undefined);
    try {
      await tell(`/api/requests/${digest}/${path}`, body);
      reload();
    } catch (error) {
      setFailure(
        error instanceof ApiError ? error.failure : { code: 'K_PAGE', message: (error as Error).message },
      );
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <p class="buttons">
        <button type="button" class="primary" disabled={isBusy} onClick={() => send('approve', {})}>
          Approve
        </button>
        <button
          type="button"
          disabled={isBusy}
          aria-expanded={isDenying}
          onClick={() => setDenying(!isDenying)}
        >
          Deny …
        </button>
      </p>
      {isDenying && (
        <form
          onSubmit={event => {
            event.preventDefault();
            void send('deny', { reason });
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
          <button type="submit" disabled={isBusy}>
            Deny
          </button>
        </form>
      )}
      {failure && <Failure title="The answer was not taken" failure={failure} />}
    </>
  );
}

function WhatLeft() {
  const answer: Answer<{ jobs: Job[] }> = useAnswer(
    'jobs',
    () => ask<{ jobs: Job[] }>('/api/jobs'),
    REFRESH_MS,
  );
  return (
    <section aria-labelledby="left">
      <h2 id="left">What left the building</h2>
      <p>
        Every job that ran on your rows, and the files that went through the <Term noun="gate" />. Nothing
        else left: no rows, no messages of the program.
      </p>
      <Loaded answer={answer} what="the jobs">
        {({ jobs }) => {
          const own = jobs.filter(job => job.private);
          if (own.length === 0) {
            return (
              <Empty>
                <p>No program has run on your rows. Nothing left.</p>
              </Empty>
            );
          }
          return (
            <table class="cards">
              <caption class="sr">Jobs on private rows</caption>
              <thead>
                <tr>
                  <th scope="col">When</th>
                  <th scope="col">For</th>
                  <th scope="col">State</th>
                  <th scope="col">Left</th>
                </tr>
              </thead>
              <tbody>
                {[...own].reverse().map(job => (
                  <tr key={job.order}>
                    <th scope="row">{ago(job.createdAtMs, Date.now())}</th>
                    <td data-label="For">
                      <Address of={job.requester} />
                    </td>
                    <td data-label="State">{job.failure ? job.failure.message : job.state}</td>
                    <td data-label="Left">
                      <Left job={job} />
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          );
        }}
      </Loaded>
    </section>
  );
}

function Left({ job }: { job: Job }) {
  if (job.released) {
    return <>{job.released.map(file => `${file.name} (${fileSize(file.size)})`).join(', ') || 'nothing'}</>;
  }
  return <>{job.receipt ? 'the files its receipt names' : 'nothing'}</>;
}
