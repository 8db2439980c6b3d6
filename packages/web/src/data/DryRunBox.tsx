import type { ColumnWeight } from '@koinon/privacy';
import type { TableDescription } from '@koinon/protocol';
import { reasonsSentence } from '@koinon/protocol/gateWords';
import { useState } from 'preact/hooks';
import type { DryRun, RequestView } from '../api/answers.ts';
import { ask } from '../api/ask.ts';
import { askChecker } from '../checker/checker.ts';
import { Failure } from '../parts/Loaded.tsx';
import { duration, grouped, koin } from '../words/format.ts';
import { figuresIn } from './figuresIn.ts';
import { useSending } from './useSending.ts';

const WEIGHTS_SHOWN = 10;

interface Looked extends DryRun {
  weights: Map<string, ColumnWeight[]>;
}

/** Runs what is asked on the owner's rows and shows what would leave, for her eyes. */
export function DryRunBox({
  request,
  description,
  amount,
}: {
  request: RequestView;
  description: TableDescription | undefined;
  amount: string | undefined;
}) {
  const [looked, setLooked] = useState<Looked>();
  const { isBusy, failure, run } = useSending();
  const { digest, manifest } = request;
  const look = async () => {
    const ran = await ask('custody.dryRun', { params: { digest } });
    const weights = new Map<string, ColumnWeight[]>();
    for (const { name, class: kind } of ran.reasons) {
      const file = ran.files.find(each => each.name === name);
      if (kind !== 'model' || !file || !description) continue;
      const { target } = manifest.params;
      weights.set(name, await askChecker('weights', { base64: file.base64, description, target }));
    }
    setLooked({ ...ran, weights });
  };
  return (
    <>
      <h3>See it before you answer</h3>
      <p>
        A try runs it on your rows and shows you what would leave. It counts one bit, since your answer may
        follow from it, and costs who asks {amount === undefined ? 'a fee' : `${koin(amount)} KOIN`} with the
        first use. Nothing leaves.
      </p>
      <p class="buttons">
        <button type="button" disabled={isBusy} onClick={() => run(look)}>
          {isBusy ? 'Running on your rows …' : 'Try it on my rows first'}
        </button>
      </p>
      <div aria-live="polite">{looked && <Result looked={looked} />}</div>
      {failure && <Failure title="It could not be tried" failure={failure} />}
    </>
  );
}

function Result({ looked }: { looked: Looked }) {
  const { word, exitCode, trap, fuel, wallMs, bits, reasons, files, weights } = looked;
  return (
    <div class="box" data-dry-run={word}>
      <p>
        <strong>
          {word === 'released' ? 'All of its files would leave.' : 'Not all of its files would leave.'}
        </strong>{' '}
        Exit code {exitCode}
        {trap && ` (${trap})`}, {grouped(fuel)} fuel, {duration(wallMs)}. A use is charged {grouped(bits)}{' '}
        bits, whatever leaves.
      </p>
      {reasons.map(reason => {
        const file = files.find(({ name }) => name === reason.name);
        return (
          <section key={reason.name}>
            <h4>{reason.name}</h4>
            <p>
              {reasonsSentence(reason)}.{' '}
              {file && (
                <a href={`data:application/octet-stream;base64,${file.base64}`} download={file.name}>
                  Keep it ({grouped(atob(file.base64).length)} bytes)
                </a>
              )}
            </p>
            {file && reason.class !== 'model' && reason.class !== 'table' && (
              <Rows head={['Figure', 'Value', 'Of']} rows={figuresIn(atob(file.base64))} />
            )}
            <Weights weights={weights.get(reason.name) ?? []} />
          </section>
        );
      })}
      <Said name="stdout" text={looked.stdout} />
      <Said name="stderr" text={looked.stderr} />
    </div>
  );
}

function Weights({ weights }: { weights: ColumnWeight[] }) {
  if (weights.length === 0) return null;
  const shown = weights.slice(0, WEIGHTS_SHOWN);
  return (
    <>
      <Rows
        head={['Column', 'Word', 'Class', 'Weight']}
        rows={shown.map(each => [each.column, each.word ?? '', each.class, each.weight.toFixed(3)])}
      />
      {weights.length > shown.length && (
        <p class="muted">and {weights.length - shown.length} smaller weights</p>
      )}
    </>
  );
}

function Rows({ head, rows }: { head: string[]; rows: string[][] }) {
  return (
    <table class="cards">
      <thead>
        <tr>
          {head.map(name => (
            <th key={name} scope="col">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map(row => (
          <tr key={row.join()}>
            {row.map((cell, i) => (
              <td key={head[i]} data-label={head[i]}>
                {cell}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Said({ name, text }: { name: string; text: string }) {
  if (text.trim() === '') return null;
  return (
    <>
      <h4>The end of {name}, which leaves with nobody</h4>
      <pre>
        <code>{text}</code>
      </pre>
    </>
  );
}
