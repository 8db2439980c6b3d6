import type { ModelEntry } from '../api/answers.ts';
import { ask } from '../api/ask.ts';
import { useAnswer } from '../api/useAnswer.ts';
import { Hash } from '../parts/Hash.tsx';
import { Empty, Loaded } from '../parts/Loaded.tsx';
import { Page } from '../parts/Page.tsx';
import { Term } from '../parts/Term.tsx';
import { ago } from '../words/format.ts';

const REFRESH_MS = 5000;

export function ModelsPage() {
  const answer = useAnswer('models', () => ask('serving.models'), REFRESH_MS);
  return (
    <Page
      title="Models"
      lead={
        <>
          The models this node serves. Each has a <Term noun="passport" />: where it comes from, who checked
          it, and whom it fails.
        </>
      }
    >
      <Loaded answer={answer} what="the models">
        {({ models }) =>
          models.length === 0 ? (
            <Empty>
              <p>
                No model yet. A <a href="/studies">study</a> that trains one ends with it being served here.
              </p>
            </Empty>
          ) : (
            <ul class="cards-list">
              {[...models].reverse().map((model, i, all) => (
                <li key={`${model.name} ${model.version}`} class="box">
                  <h2>
                    <a href={hrefOf(model, all.slice(0, i))}>{model.name}</a>{' '}
                    <span class="badge waiting">version {model.version}</span>
                  </h2>
                  <p class="muted">
                    registered {ago(model.registeredAtMs, Date.now())} · model{' '}
                    <Hash of={model.model} label="the name of the model" />
                  </p>
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </Page>
  );
}

/** The newest version of a name has the short address; `newer` are the models listed before this one. */
function hrefOf({ name, version }: ModelEntry, newer: readonly ModelEntry[]): string {
  return newer.some(other => other.name === name) ? `/models/${name}/${version}` : `/models/${name}`;
}
