import { inferRequestOf, type ModelInput, type Prediction, predictionsOf } from '@koinon/sdk/inference';
import { useEffect, useState } from 'preact/hooks';
import type { Failure as FailureRecord, ModelEntry } from '../api/answers.ts';
import { ask, failureOf } from '../api/ask.ts';
import { useAnswer } from '../api/useAnswer.ts';
import { askChecker } from '../checker/checker.ts';
import type { Cell, ModelDescription } from '../checker/questions.ts';
import { Failure, Loaded } from '../parts/Loaded.tsx';
import { float32, percent } from '../words/format.ts';
import { labelOf, rowTyped } from './inference.ts';

const ROWS = 200;

/** Asks the model about one row; the form follows the model’s own description. */
export function TryIt({ model, table }: { model: ModelEntry; table: string | undefined }) {
  const answer = useAnswer(`try ${model.model}`, async () => {
    const [metadata, description] = await Promise.all([
      ask('serving.metadataOfVersion', { params: paramsOf(model) }),
      askChecker('description', { model: model.model }).catch(() => undefined),
    ]);
    return { metadata, description };
  });
  return (
    <section aria-labelledby="try">
      <h2 id="try">Try it</h2>
      <Loaded answer={answer} what="what the model takes">
        {({ metadata, description }) => (
          <TryForm model={model} inputs={metadata.inputs} description={description} table={table} />
        )}
      </Loaded>
    </section>
  );
}

function paramsOf({ name, version }: ModelEntry): { name: string; version: string } {
  return { name, version: String(version) };
}

/** A cell as a person would have typed it. */
function asText(cell: Cell | undefined): string {
  return typeof cell === 'number' ? float32(cell) : (cell ?? '');
}

function TryForm({
  model,
  inputs,
  description,
  table,
}: {
  model: ModelEntry;
  inputs: readonly ModelInput[];
  description: ModelDescription | undefined;
  table: string | undefined;
}) {
  const [values, setValues] = useState<Record<string, string>>({});
  const [rows, setRows] = useState<Record<string, Cell>[]>();
  const [row, setRow] = useState<number>();
  const [isBusy, setBusy] = useState(false);
  const [outcome, setOutcome] = useState<Prediction | FailureRecord>();

  useEffect(() => {
    if (table !== undefined)
      askChecker('rows', { table, limit: ROWS }).then(setRows, () => setRows(undefined));
  }, [table]);

  const change = (name: string, value: string) => {
    setValues(before => ({ ...before, [name]: value }));
    setRow(undefined);
    setOutcome(undefined);
  };
  const takeRow = () => {
    if (!rows || rows.length === 0) return;
    const next = row === undefined ? 0 : (row + 1) % rows.length;
    const cells = rows[next] ?? {};
    setRow(next);
    setOutcome(undefined);
    setValues(Object.fromEntries(inputs.map(({ name }) => [name, asText(cells[name])])));
  };
  const predict = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    try {
      const body = inferRequestOf(inputs, [rowTyped(inputs, values)]);
      const answer = await ask('serving.inferOfVersion', { params: paramsOf(model), body });
      setOutcome(predictionsOf(answer, description?.classes)[0]);
    } catch (error) {
      setOutcome(failureOf(error));
    } finally {
      setBusy(false);
    }
  };
  const truth = row === undefined || !description ? undefined : rows?.[row]?.[description.target];

  return (
    <form onSubmit={predict}>
      <p>
        Fill in what you know; what you leave empty counts as missing.{' '}
        {rows && rows.length > 0 && (
          <button type="button" onClick={takeRow}>
            {row === undefined ? 'Take a public row' : 'Take the next public row'}
          </button>
        )}
      </p>
      <div class="form-grid">
        {inputs.map(({ name, datatype }) => {
          const feature = description?.features.find(each => each.name === name);
          const id = `input-${name}`;
          const value = values[name] ?? '';
          const set = (event: Event) => change(name, (event.currentTarget as HTMLInputElement).value);
          return (
            <div key={name} class="field">
              <label for={id}>{labelOf(name)}</label>
              {datatype === 'BYTES' && feature?.categories ? (
                <select id={id} value={value} onChange={set}>
                  <option value="">not known</option>
                  {feature.categories.map(category => (
                    <option key={category} value={category}>
                      {category}
                    </option>
                  ))}
                </select>
              ) : (
                <input
                  id={id}
                  placeholder="not known"
                  autocomplete="off"
                  value={value}
                  onInput={set}
                  {...(datatype === 'BYTES' ? { type: 'text' } : { type: 'number', step: 'any' })}
                />
              )}
            </div>
          );
        })}
      </div>
      <p>
        <button type="submit" class="primary" disabled={isBusy}>
          {isBusy ? 'Asking …' : 'Predict'}
        </button>
      </p>
      <div role="status" aria-live="polite">
        {outcome && 'label' in outcome && (
          <div class="box prediction" data-predicted={outcome.label}>
            <p>
              {description ? `${labelOf(description.target)}: ` : 'Answer: '}
              <strong>{outcome.label}</strong>
              {truth != null && (
                <>
                  {' '}
                  · in truth: <strong>{asText(truth)}</strong>
                </>
              )}
            </p>
            <ul class="plain probabilities">
              {Object.entries(outcome.probabilities).map(([name, probability]) => (
                <li key={name}>
                  <span class="class">{name}</span>
                  <span class="figure">{percent(probability)}</span>
                  <svg class="bar" viewBox="0 0 100 14" preserveAspectRatio="none" aria-hidden="true">
                    <rect class="track" x="0" y="2" width="100" height="10" />
                    <rect class="fill" x="0" y="2" width={100 * probability} height="10" />
                  </svg>
                </li>
              ))}
            </ul>
          </div>
        )}
      </div>
      {outcome && 'code' in outcome && <Failure title="The model did not answer" failure={outcome} />}
    </form>
  );
}
