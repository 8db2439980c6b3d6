import type { Inclusion } from '../../api/answers.ts';
import type { ProofLevel, Statement } from '../../checker/questions.ts';
import { Address } from '../../parts/Address.tsx';
import { Facts } from '../../parts/Facts.tsx';
import { Hash } from '../../parts/Hash.tsx';
import { Badge } from '../../parts/Mark.tsx';
import { Term } from '../../parts/Term.tsx';
import { grouped, shortHex } from '../../words/format.ts';
import { TransactionEvidence } from './TransactionEvidence.tsx';
import { useChecked } from './useChecked.ts';

/** Where a statement stands in its signer's log: the proof, recomputed here and drawn, and the anchor on chain. */
export function InclusionEvidence({ statement, inclusion }: { statement: Statement; inclusion: Inclusion }) {
  const checked = useChecked('inclusion', { statement, inclusion });
  return (
    <div class="evidence">
      <h3>
        <Term noun="inclusion-proof">Inclusion proof</Term>
      </h3>
      {checked.state === 'checking' && <p role="status">Recomputing the proof …</p>}
      {checked.state === 'failed' && (
        <p role="status">
          <Badge state="failed" word="not readable" /> {checked.reason}
        </p>
      )}
      {checked.state === 'checked' && (
        <>
          <p role="status" data-check="inclusion" data-state={checked.answer.isIncluded ? 'ok' : 'failed'}>
            {checked.answer.isIncluded ? (
              <>
                <Badge state="done" word="proof checked" /> The entry leads to the anchored fingerprint of the
                log
                {inclusion.path.length === 0
                  ? ' at once: it is the only entry.'
                  : `, in ${inclusion.path.length} ${inclusion.path.length === 1 ? 'step' : 'steps'}.`}
              </>
            ) : (
              <>
                <Badge state="failed" word="proof wrong" /> The entry does not lead to the anchored
                fingerprint: it is not in this log, or it was altered.
              </>
            )}
          </p>
          <ProofDrawing levels={checked.answer.levels} isIncluded={checked.answer.isIncluded} />
        </>
      )}
      <Facts
        label="The proof"
        facts={[
          { name: 'log of', value: <Address of={inclusion.node} /> },
          {
            name: 'entry',
            value: `number ${grouped(inclusion.index)} in a log of ${grouped(inclusion.size)}`,
            about: 'Entries are counted from 0.',
          },
          {
            name: 'fingerprint of the log',
            value: <Hash of={inclusion.root} label="the root" />,
            about: 'Of all entries together (the Merkle root).',
          },
          ...inclusion.path.map((hash, i) => ({
            name: `path, step ${i + 1}`,
            value: <Hash of={hash} label={`step ${i + 1} of the path`} />,
          })),
        ]}
      />
      <h4>
        <Term noun="anchor">Anchored</Term> on the blockchain
      </h4>
      <TransactionEvidence hash={inclusion.anchor.transaction} />
    </div>
  );
}

const ROW = 64;
const WIDTH = 320;
const BOX = { width: 140, height: 34 };

/** The path from the entry (bottom) to the root (top): what we hold on one side, what the proof adds on the other. */
function ProofDrawing({ levels, isIncluded }: { levels: ProofLevel[]; isIncluded: boolean }) {
  const height = levels.length * ROW;
  const y = (level: number) => height - (level + 1) * ROW + (ROW - BOX.height) / 2;
  /** Left edge of the box we hold on a level. */
  const own = ({ siblingIs }: ProofLevel) =>
    siblingIs === undefined ? (WIDTH - BOX.width) / 2 : siblingIs === 'left' ? WIDTH - BOX.width - 8 : 8;
  const other = ({ siblingIs }: ProofLevel) => (siblingIs === 'left' ? 8 : WIDTH - BOX.width - 8);
  const top = levels.length - 1;
  const label = `From the entry at the bottom to the fingerprint of the log at the top, ${top} joining steps; ${isIncluded ? 'it arrives' : 'it does not arrive'}.`;
  return (
    <svg class="proof" viewBox={`0 0 ${WIDTH} ${height}`} role="img" aria-label={label}>
      {levels.map((level, i) => {
        const next = levels[i + 1];
        const centre = y(i);
        if (!next) return null;
        const to = own(next) + BOX.width / 2;
        return (
          <g key={level.hash} class="edges">
            <path
              d={`M${own(level) + BOX.width / 2} ${centre} V${centre - 15} H${to} V${y(i + 1) + BOX.height}`}
            />
            <path d={`M${other(level) + BOX.width / 2} ${centre} V${centre - 15} H${to}`} />
          </g>
        );
      })}
      {levels.map((level, i) => {
        const what = i === 0 ? 'this entry' : i === top ? 'the log' : 'joined';
        return (
          <g key={level.hash}>
            <ProofBox
              x={own(level)}
              y={y(i)}
              hash={level.hash}
              what={top === 0 ? 'this entry = the log' : what}
              kind={i === top ? 'root' : 'own'}
            />
            {level.sibling && (
              <ProofBox x={other(level)} y={y(i)} hash={level.sibling} what="from the proof" kind="sibling" />
            )}
          </g>
        );
      })}
    </svg>
  );
}

function ProofBox(box: { x: number; y: number; hash: string; what: string; kind: string }) {
  return (
    <g class={`proof-box ${box.kind}`}>
      <rect x={box.x} y={box.y} width={BOX.width} height={BOX.height} rx="6" />
      <text x={box.x + BOX.width / 2} y={box.y + 14} class="what">
        {box.what}
      </text>
      <text x={box.x + BOX.width / 2} y={box.y + 27} class="hex">
        {shortHex(box.hash)}
      </text>
    </g>
  );
}
