import { Badge } from '../../parts/Mark.tsx';
import { Term } from '../../parts/Term.tsx';
import { fileSize } from '../../words/format.ts';
import { useChecked } from './useChecked.ts';

interface Verdict {
  artefacts: { name: string; class: string; decision: string; size: number; reasons: string[] }[];
}

const decisions: Record<string, string> = {
  released: 'left as it was',
  changed: 'left, changed by the gate',
  withheld: 'did not leave',
};

/** What the gate decided about each output. */
export function VerdictEvidence({ cid }: { cid: string }) {
  const checked = useChecked('structure', { cid });
  return (
    <div class="evidence">
      <h3>
        <Term noun="gate">What the gate decided</Term>
      </h3>
      {checked.state === 'checking' && <p role="status">Reading …</p>}
      {checked.state === 'failed' && (
        <p class="muted">
          Not shown here: {checked.reason} The receipt names it by its fingerprint, so it cannot be changed
          any more.
        </p>
      )}
      {checked.state === 'checked' && (
        <ul class="plain">
          {(checked.answer as Verdict).artefacts.map(({ name, class: kind, decision, size, reasons }) => (
            <li key={name}>
              <Badge
                state={decision === 'withheld' ? 'skipped' : 'done'}
                word={decisions[decision] ?? decision}
              />{' '}
              {name} ({kind}, {fileSize(size)}){reasons.length > 0 && `: ${reasons.join(', ')}`}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
