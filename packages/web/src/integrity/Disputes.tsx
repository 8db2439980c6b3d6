import type { DisputeSummary } from '@koinon/protocol';
import { aboutDispute } from '@koinon/protocol/courtWords';
import { Address } from '../parts/Address.tsx';
import { Badge } from '../parts/Mark.tsx';
import { Term } from '../parts/Term.tsx';
import { Time } from '../parts/Time.tsx';
import { koin, shortHex } from '../words/format.ts';
import { standing } from './words.ts';

/** Every dispute, newest first. */
export function Disputes({ disputes }: { disputes: readonly DisputeSummary[] }) {
  return (
    <section aria-labelledby="disputes">
      <h2 id="disputes">Disputes</h2>
      <p>
        Before the <Term noun="court" />, a contract on the blockchain, anybody may say that a signed
        statement is false, with evidence. Every dispute ends by itself: each stage has a deadline.
      </p>
      {disputes.length === 0 ? (
        <p class="box empty">Nobody has disputed anything yet.</p>
      ) : (
        <DisputeList disputes={disputes} />
      )}
    </section>
  );
}

export function DisputeList({ disputes }: { disputes: readonly DisputeSummary[] }) {
  return (
    <ul class="cards-list">
      {disputes.map(dispute => (
        <DisputeCard key={dispute.id} dispute={dispute} />
      ))}
    </ul>
  );
}

function DisputeCard({ dispute }: { dispute: DisputeSummary }) {
  const { state, word } = standing(dispute);
  return (
    <li class="box" data-dispute={dispute.id}>
      <h3>
        <a href={`/integrity/${dispute.id}`}>Dispute {shortHex(dispute.id)}</a>{' '}
        <Badge state={state} word={word} />
      </h3>
      <p>{aboutDispute(dispute)}</p>
      <p class="muted">
        <Address of={dispute.accuser} /> against <Address of={dispute.accused} /> ·{' '}
        <Time seconds={dispute.openedAtSeconds} />
        {dispute.slashed !== '0' && <> · {koin(dispute.slashed)} KOIN slashed</>}
        {dispute.outcome === 'open' && dispute.until !== undefined && (
          <>
            {' '}
            · until <Time seconds={dispute.until} />
          </>
        )}
      </p>
    </li>
  );
}
