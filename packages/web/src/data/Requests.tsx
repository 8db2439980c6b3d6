import { requestStateWords } from '@koinon/protocol/requestWords';
import { useState } from 'preact/hooks';
import type { RequestView } from '../api/answers.ts';
import { ask } from '../api/ask.ts';
import { useAnswer } from '../api/useAnswer.ts';
import { Address } from '../parts/Address.tsx';
import { Disclosure } from '../parts/Disclosure.tsx';
import { Empty, Failure, Loaded } from '../parts/Loaded.tsx';
import { Badge, type MarkState } from '../parts/Mark.tsx';
import { Term } from '../parts/Term.tsx';
import { ago, count, grouped, koin } from '../words/format.ts';
import { RequestDesk } from './RequestDesk.tsx';

const REFRESH_MS = 3000;
const states: Record<RequestView['status'], MarkState> = {
  pending: 'waiting',
  approved: 'done',
  denied: 'failed',
  expired: 'skipped',
  used: 'done',
  revoked: 'failed',
};

/** Requests that wait for the owner, and behind a press those that are decided. */
export function Requests({ onRefused }: { onRefused(): void }) {
  const [isAll, setAll] = useState(false);
  const [places, setPlaces] = useState<number[]>([]);
  const before = places.at(-1);
  const query = {
    ...(isAll ? {} : { status: 'pending' as const }),
    ...(before === undefined ? {} : { before }),
  };
  const answer = useAnswer(
    `requests ${isAll} ${before}`,
    () => ask('custody.requests', { query: { ...query, limit: 20 } }),
    REFRESH_MS,
  );
  if (answer.state === 'failed' && answer.error.code === 'K_HTTP_TOKEN') {
    return (
      <section class="box" aria-labelledby="desk">
        <h2 id="desk">For the data owner</h2>
        <Failure title="The token is not this node’s" failure={answer.error} />
        <button type="button" onClick={onRefused}>
          Give another token
        </button>
      </section>
    );
  }
  return (
    <section aria-labelledby="desk">
      <h2 id="desk">Requests</h2>
      <p>
        Researchers ask to run a program on your rows. Nothing runs before you say yes; what you allow is a
        signed <Term noun="grant" />.
      </p>
      <p class="buttons">
        <button
          type="button"
          aria-pressed={isAll}
          onClick={() => {
            setAll(!isAll);
            setPlaces([]);
          }}
        >
          Show decided ones too
        </button>
      </p>
      <Loaded answer={answer} what="the requests">
        {({ requests, next }, reload) => (
          <>
            {requests.length === 0 ? (
              <Empty>
                <p>{isAll ? 'Nobody has asked yet.' : 'No request waits for you.'}</p>
              </Empty>
            ) : (
              <ul class="cards-list">
                {requests.map(request => (
                  <li key={request.digest} class="box" data-request={request.digest}>
                    <RequestCard request={request} reload={reload} />
                  </li>
                ))}
              </ul>
            )}
            <p class="buttons">
              {before !== undefined && (
                <button type="button" onClick={() => setPlaces(places.slice(0, -1))}>
                  Newer
                </button>
              )}
              {next !== undefined && (
                <button type="button" onClick={() => setPlaces([...places, next])}>
                  Older
                </button>
              )}
            </p>
          </>
        )}
      </Loaded>
    </section>
  );
}

function RequestCard({ request, reload }: { request: RequestView; reload(): void }) {
  const { message } = request.request;
  const { bound } = request;
  return (
    <>
      <p>
        <Badge state={states[request.status]} word={requestStateWords[request.status]} />{' '}
        <span class="muted">{ago(request.receivedAtMs, Date.now())}</span>
      </p>
      <p class="purpose">“{message.purpose}”</p>
      <p>
        <Address of={message.requester} /> asks to use dataset {message.dataset}{' '}
        {message.uses === 1 ? 'once' : `${message.uses} times`}, for at most {koin(message.maxAmount)} KOIN.{' '}
        <strong>{bound ? `${grouped(bound.bits)} bits` : 'No bound is known'}</strong>
        {message.uses > 1 && ' each time'}; may take{' '}
        {request.manifest.outputs.map(({ name }) => name).join(', ') || 'no file'}.
      </p>
      {request.reason && <p>Your reason: {request.reason}</p>}
      <Disclosure
        label={
          request.status === 'pending'
            ? 'Look at all of it, and answer'
            : `All of it (${count(request.manifest.outputs.length, 'file')})`
        }
      >
        {() => <RequestDesk digest={request.digest} status={request.status} reload={reload} />}
      </Disclosure>
    </>
  );
}
