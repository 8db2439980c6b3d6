import { aboutDispute, courtActSentence } from '@koinon/protocol/courtWords';
import type { Dispute } from '../api/answers.ts';
import { ask } from '../api/ask.ts';
import { useAnswer } from '../api/useAnswer.ts';
import { Address } from '../parts/Address.tsx';
import { Disclosure } from '../parts/Disclosure.tsx';
import { Facts } from '../parts/Facts.tsx';
import { Hash } from '../parts/Hash.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import { Badge, Mark } from '../parts/Mark.tsx';
import { Page } from '../parts/Page.tsx';
import { Time } from '../parts/Time.tsx';
import { TransactionEvidence } from '../studies/evidence/TransactionEvidence.tsx';
import { grouped, koin, shortHex } from '../words/format.ts';
import { ReplayStep } from './ReplayStep.tsx';
import { standing } from './words.ts';

const REFRESH_MS = 2000;
const ZERO_32 = `0x${'00'.repeat(32)}`;

/** One dispute from accusation to the last payment, with its evidence. */
export function DisputePage({ id }: { id: string }) {
  const answer = useAnswer(`dispute ${id}`, () => ask('court.dispute', { params: { id } }), REFRESH_MS);
  return (
    <Page title={`Dispute ${shortHex(id)}`}>
      <p>
        <a href="/integrity">Back to integrity</a>
      </p>
      <Loaded answer={answer} what="the dispute">
        {dispute => (
          <>
            <Standing dispute={dispute} />
            <Timeline dispute={dispute} />
            {dispute.jury && <Juries jury={dispute.jury} />}
            <ReplayStep dispute={dispute} />
          </>
        )}
      </Loaded>
    </Page>
  );
}

function Standing({ dispute }: { dispute: Dispute }) {
  const { state, word } = standing(dispute);
  const { accused, accuser, statement, slashed, openedAtSeconds, settledAtSeconds, until, outcome } = dispute;
  return (
    <section aria-label="How it stands">
      <p class="lead">
        <Badge state={state} word={word} /> {aboutDispute(dispute)}
      </p>
      <Facts
        label="The dispute"
        facts={[
          { name: 'accused', value: <Address of={accused} /> },
          { name: 'accuser', value: <Address of={accuser} /> },
          {
            name: 'what is disputed',
            value: <Hash of={statement} label="the statement" />,
            about: 'The fingerprint of the signed statement, most often a receipt. "koinon verify" takes it.',
          },
          ...(dispute.jury ? [{ name: 'step', value: grouped(dispute.jury.step) }] : []),
          ...(dispute.demand ? [{ name: 'to be shown', value: dispute.demand.what }] : []),
          { name: 'since', value: <Time seconds={openedAtSeconds} exact /> },
          ...(settledAtSeconds === undefined
            ? []
            : [{ name: 'settled', value: <Time seconds={settledAtSeconds} exact /> }]),
          ...(outcome === 'open' && until !== undefined
            ? [
                {
                  name: 'deadline',
                  value: <Time seconds={until} exact />,
                  about: 'After it anybody may move it on.',
                },
              ]
            : []),
          ...(slashed === '0'
            ? []
            : [
                {
                  name: 'slashed',
                  value: `${koin(slashed)} KOIN`,
                  about: 'Fees and the bounty come from it; the rest is burned.',
                },
              ]),
        ]}
      />
    </section>
  );
}

function Timeline({ dispute }: { dispute: Dispute }) {
  return (
    <section aria-labelledby="timeline">
      <h2 id="timeline">What happened</h2>
      <ol class="steps">
        {dispute.timeline.map((fact, i) => (
          <li key={`${fact.transaction} ${i}`} class="step" data-fact={fact.what}>
            <Mark state={fact.what === 'convicted' ? 'failed' : 'done'} word="happened" />
            <div class="body">
              <Disclosure
                label={
                  <>
                    <span class="sentence">
                      {courtActSentence(fact)}
                      {fact.who && fact.what !== 'convicted' && (
                        <>
                          {' '}
                          <Address of={fact.who} plain />
                        </>
                      )}
                    </span>
                    <span class="took">
                      <Time seconds={fact.timeSeconds} exact />
                    </span>
                  </>
                }
              >
                {() => <TransactionEvidence hash={fact.transaction} />}
              </Disclosure>
            </div>
          </li>
        ))}
        {dispute.outcome === 'open' && (
          <li class="step waiting">
            <Mark state="waiting" />
            <div class="body">
              <p class="sentence">The court has not decided yet. This page goes on by itself.</p>
            </div>
          </li>
        )}
      </ol>
    </section>
  );
}

function Juries({ jury }: { jury: NonNullable<Dispute['jury']> }) {
  return (
    <section aria-labelledby="juries">
      <h2 id="juries">Juries</h2>
      <p>
        Each juror replays the step by itself and votes with the fingerprint of its outcome, sealed first. The
        accused had committed to <Hash of={jury.claimed} label="the outcome the accused committed to" />
        {jury.opened && (
          <>
            ; the accuser came to <Hash of={jury.opened} label="the outcome of the accuser" />
          </>
        )}
        {jury.majority && jury.majority !== ZERO_32 && (
          <>
            ; the majority found <Hash of={jury.majority} label="the outcome of the majority" />
          </>
        )}
        .
      </p>
      <table class="cards">
        <caption class="sr">Juries of this dispute, round by round</caption>
        <thead>
          <tr>
            <th scope="col">Round</th>
            <th scope="col" class="figure">
              Seats expected
            </th>
            <th scope="col" class="figure">
              Seats opened
            </th>
            <th scope="col" class="figure">
              For the leading outcome
            </th>
            <th scope="col">Leading outcome</th>
          </tr>
        </thead>
        <tbody>
          {jury.rounds.map(round => (
            <tr key={round.round}>
              <th scope="row">{round.round + 1}</th>
              <td data-label="Seats expected" class="figure">
                {grouped(round.seats)}
              </td>
              <td data-label="Seats opened" class="figure">
                {grouped(round.revealedSeats)}
              </td>
              <td data-label="For the leading outcome" class="figure">
                {grouped(round.leadingSeats)}
              </td>
              <td data-label="Leading outcome">
                {round.leading === ZERO_32 ? (
                  <span class="muted">no vote is open yet</span>
                ) : round.leading === jury.claimed ? (
                  'as the accused says'
                ) : (
                  'another than the accused says'
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
