import type { Audit } from '../../api/answers.ts';
import type { Statement } from '../../checker/questions.ts';
import { Address } from '../../parts/Address.tsx';
import { Hash } from '../../parts/Hash.tsx';
import { Badge } from '../../parts/Mark.tsx';
import { Term } from '../../parts/Term.tsx';
import { grouped, koin, percent } from '../../words/format.ts';
import { InclusionEvidence } from './InclusionEvidence.tsx';
import { StatementEvidence } from './StatementEvidence.tsx';
import type { Surroundings } from './surroundings.ts';
import { useChecked } from './useChecked.ts';

/** An auditor's report, and how it came to be this auditor. */
export function AuditEvidence({ audit, surroundings }: { audit: Audit; surroundings: Surroundings }) {
  const { report, inclusion, choice } = audit;
  const { domains, receipt } = surroundings;
  const auditor = String(report.message['auditor']);
  const agrees =
    report.message['verdict'] === 1 &&
    (!receipt || report.message['execution'] === receipt.receipt.message['execution']);
  return (
    <>
      <div class="evidence">
        <h3>What the auditor found</h3>
        <p>
          <Badge
            state={agrees ? 'done' : 'failed'}
            word={agrees ? 'the same execution' : 'another execution'}
          />{' '}
          The auditor ran the job again and its <em>execution</em> {agrees ? 'is the one' : 'is not the one'}{' '}
          in the receipt.
        </p>
        <h4>How the auditor was chosen</h4>
        {choice.by === 'owner' ? (
          <p>
            The data owner named <Address of={auditor} /> in the grant: for private data nobody else may see
            the rows.
          </p>
        ) : receipt ? (
          <Lot
            choice={choice}
            auditor={auditor}
            receipt={{ type: 'Receipt', signed: receipt.receipt, domains }}
            leafSalt={receipt.leafSalt}
          />
        ) : null}
      </div>
      <StatementEvidence type="AuditReport" noun="audit" signed={report} domains={domains} signer={auditor} />
      <InclusionEvidence statement={{ type: 'AuditReport', signed: report, domains }} inclusion={inclusion} />
    </>
  );
}

function Lot({
  choice,
  auditor,
  receipt,
  leafSalt,
}: {
  choice: Extract<Audit['choice'], { by: 'lot' }>;
  auditor: string;
  receipt: Statement;
  leafSalt: `0x${string}`;
}) {
  const drawn = useChecked('lot', { receipt, leafSalt, choice });
  const total = BigInt(choice.total);
  const isRight =
    drawn.state === 'checked' && drawn.answer.auditors.some(drawn => drawn === auditor.toLowerCase());
  return (
    <>
      <p>
        <Term noun="lot">Drawn by lot</Term> among {choice.candidates.length}: every candidate with a chance
        in proportion to its <Term noun="stake" />. The number drawn with is round{' '}
        {grouped(Number(choice.beaconRound))} of the beacon (<Hash of={choice.beacon} label="its value" />
        ), which nobody knew when the receipt was logged.
      </p>
      <table class="small">
        <caption>Candidates</caption>
        <thead>
          <tr>
            <th scope="col">Node</th>
            <th scope="col" class="figure">
              Stake, KOIN
            </th>
            <th scope="col" class="figure">
              Chance
            </th>
          </tr>
        </thead>
        <tbody>
          {choice.candidates.map(({ operator, stake }) => (
            <tr key={operator} class={operator === auditor ? 'self' : ''}>
              <th scope="row">
                <Address of={operator} bare /> {operator === auditor && <strong>drawn</strong>}
              </th>
              <td class="figure">{koin(stake)}</td>
              <td class="figure">
                {percent(total === 0n ? null : Number((BigInt(stake) * 10_000n) / total) / 10_000)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <p
        role="status"
        data-check="lot"
        data-state={drawn.state === 'checking' ? 'checking' : isRight ? 'ok' : 'failed'}
      >
        {drawn.state === 'checking' && 'Drawing again …'}
        {drawn.state === 'failed' && drawn.reason}
        {drawn.state === 'checked' && (
          <>
            <Badge
              state={isRight ? 'done' : 'failed'}
              word={isRight ? 'drawn again: the same' : 'drawn again: another node'}
            />{' '}
            {isRight
              ? 'Your browser drew from the same numbers and came to the same node.'
              : 'Your browser drew from the same numbers and came to another node.'}
          </>
        )}
      </p>
    </>
  );
}
