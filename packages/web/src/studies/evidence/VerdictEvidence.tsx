import { Badge } from '../../parts/Mark.tsx';
import { Term } from '../../parts/Term.tsx';
import { count, fileSize } from '../../words/format.ts';
import { useChecked } from './useChecked.ts';

interface Verdict {
  bits: number;
  word: 'released' | 'withheld';
  artefacts: { name: string; class: string; size: number }[];
}

const words = { released: 'all that was declared left', withheld: 'not all that was declared left' };

/** What the gate let out, and how much that can tell at most. */
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
      {checked.state === 'checked' && <Told verdict={checked.answer as Verdict} />}
    </div>
  );
}

function Told({ verdict: { bits, word, artefacts } }: { verdict: Verdict }) {
  return (
    <>
      <p>
        <Badge state={word === 'released' ? 'done' : 'skipped'} word={words[word]} /> The gate wrote each file
        anew from the few numbers in it. Why a file left or did not is sealed for the data owner and the
        auditor.
      </p>
      {artefacts.length > 0 && (
        <ul class="plain">
          {artefacts.map(({ name, class: kind, size }) => (
            <li key={name}>
              {name} ({kind}, {fileSize(size)})
            </li>
          ))}
        </ul>
      )}
      <p>
        All of it can tell at most <strong>{count(bits, 'bit')}</strong> about the private rows, as much as
        the answers to {count(bits, 'yes/no question')}. That bounds how much is told, not about whom.
      </p>
    </>
  );
}
