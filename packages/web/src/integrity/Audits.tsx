import type { AuditView, IntegrityView } from '@koinon/protocol';
import { Address } from '../parts/Address.tsx';
import { Hash } from '../parts/Hash.tsx';
import { Badge } from '../parts/Mark.tsx';
import { Term } from '../parts/Term.tsx';
import { Time } from '../parts/Time.tsx';
import { auditWords } from './words.ts';

/** The latest audits: whose work, by whom, how it came out. */
export function Audits({ audits }: { audits: IntegrityView['audits'] }) {
  return (
    <section aria-labelledby="audits">
      <h2 id="audits">Latest audits</h2>
      <p>
        Whether a piece of work is done again is decided <Term noun="lot">by lot</Term> after it was signed;
        nobody picks the <Term noun="auditor" />. On private rows only the auditor the data owner named may do
        it.
      </p>
      {audits.latest.length === 0 ? (
        <p class="box empty">This node has not heard of any audit yet.</p>
      ) : (
        <AuditTable audits={audits.latest.slice(0, 20)} />
      )}
    </section>
  );
}

export function AuditTable({ audits }: { audits: readonly AuditView[] }) {
  return (
    <table class="cards">
      <caption class="sr">Audits with provider, auditor and result</caption>
      <thead>
        <tr>
          <th scope="col">Receipt</th>
          <th scope="col">Work of</th>
          <th scope="col">Done again by</th>
          <th scope="col">Chosen by</th>
          <th scope="col">Result</th>
          <th scope="col">When</th>
        </tr>
      </thead>
      <tbody>
        {audits.map(audit => {
          const { state, word } = auditWords[audit.state]!;
          return (
            <tr key={`${audit.receipt} ${audit.auditor}`}>
              <th scope="row">
                <Hash of={audit.receipt} label="the receipt" />
              </th>
              <td data-label="Work of">
                <Address of={audit.provider} bare />
              </td>
              <td data-label="Done again by">
                <Address of={audit.auditor} bare />
              </td>
              <td data-label="Chosen by">{audit.by === 'lot' ? 'lot' : 'the data owner'}</td>
              <td data-label="Result">
                <Badge state={state} word={word} />
              </td>
              <td data-label="When">
                <Time seconds={audit.reportedAtSeconds ?? audit.drawnAtSeconds} />
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
