import type { Domains, Signed } from '../../api/answers.ts';
import type { Statement } from '../../checker/questions.ts';
import { Address } from '../../parts/Address.tsx';
import { Facts } from '../../parts/Facts.tsx';
import { Hash } from '../../parts/Hash.tsx';
import { Badge } from '../../parts/Mark.tsx';
import { Term } from '../../parts/Term.tsx';
import {
  assuranceWords,
  auditVerdictWords,
  fieldKind,
  fieldWords,
  ZERO_ADDRESS,
  ZERO_DIGEST,
} from '../../words/fields.ts';
import { dateTime, koin } from '../../words/format.ts';
import type { Noun } from '../../words/glossary.ts';
import { useChecked } from './useChecked.ts';

/** A signed statement: every field with its meaning, its digest, and whether the one who should have signed it did. */
export function StatementEvidence({
  type,
  noun,
  signed,
  domains,
  signer,
}: {
  type: Statement['type'];
  noun?: Noun;
  signed: Signed;
  domains: Domains;
  /** Address that must have signed. */
  signer: string;
}) {
  const { chainId, nodes, escrow, datasets } = domains;
  const checked = useChecked('statement', { type, signed, domains: { chainId, nodes, escrow, datasets } });
  return (
    <div class="evidence">
      <h3>{noun ? <Term noun={noun}>{type}</Term> : type}</h3>
      <Verdict checked={checked} signer={signer} />
      <Facts
        label={`Fields of the ${type}`}
        facts={[
          ...Object.entries(signed.message).map(([name, value]) => ({
            name,
            value: <FieldValue type={type} name={name} value={value} />,
            about:
              type === 'AuditReport' && name === 'verdict' ? 'What the replay came to.' : fieldWords[name],
          })),
          {
            name: 'signature',
            value: <Hash of={signed.signature} label="the signature" />,
            about: 'Made with the signer’s key for exactly these fields.',
          },
          ...(checked.state === 'checked'
            ? [
                {
                  name: 'digest',
                  value: <Hash of={checked.answer.digest} label="the digest" />,
                  about:
                    'The fingerprint of all fields: what was signed, and what other statements name it by.',
                },
              ]
            : []),
        ]}
      />
    </div>
  );
}

function Verdict({
  checked,
  signer,
}: {
  checked: ReturnType<typeof useChecked<'statement'>>;
  signer: string;
}) {
  if (checked.state === 'checking') return <p role="status">Checking the signature …</p>;
  if (checked.state === 'failed') {
    return (
      <p role="status">
        <Badge state="failed" word="signature not valid" /> {checked.reason}
      </p>
    );
  }
  const isRight = checked.answer.signer === signer.toLowerCase();
  return (
    <p role="status" data-check="signature" data-state={isRight ? 'ok' : 'failed'}>
      <Badge state={isRight ? 'done' : 'failed'} word={isRight ? 'signature checked' : 'wrong signer'} />{' '}
      Signed by <Address of={checked.answer.signer} />
      {isRight ? '.' : ', or altered after it was signed.'}
    </p>
  );
}

function FieldValue({ type, name, value }: { type: string; name: string; value: string | number }) {
  if (value === ZERO_DIGEST || value === ZERO_ADDRESS) return <span class="muted">none (zeros)</span>;
  if (name === 'assurance') return <>{`${value}: ${assuranceWords[Number(value)] ?? 'unknown'}`}</>;
  if (name === 'verdict' && type === 'AuditReport') {
    return <>{`${value}: ${auditVerdictWords[Number(value)] ?? 'unknown'}`}</>;
  }
  switch (fieldKind(name)) {
    case 'time':
      return (
        <time dateTime={new Date(Number(value) * 1000).toISOString()}>{dateTime(Number(value) * 1000)}</time>
      );
    case 'amount':
      return <>{koin(String(value))} KOIN</>;
    case 'address':
      return <Address of={String(value)} />;
    default:
      return String(value).startsWith('0x') ? <Hash of={String(value)} label={name} /> : String(value);
  }
}
