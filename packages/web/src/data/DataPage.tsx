import type { Dataset, DatasetDetail, Status } from '../api/answers.ts';
import { ask } from '../api/ask.ts';
import { useAnswer } from '../api/useAnswer.ts';
import { Address } from '../parts/Address.tsx';
import { Empty, Loaded } from '../parts/Loaded.tsx';
import { Page } from '../parts/Page.tsx';
import { Term } from '../parts/Term.tsx';
import { count, koin } from '../words/format.ts';
import { descriptionOf, publicRowsOf } from './descriptionOf.ts';
import { OwnerDesk } from './OwnerDesk.tsx';

async function loadDatasets(): Promise<DatasetDetail[]> {
  const { datasets } = await ask<{ datasets: Dataset[] }>('/api/datasets');
  // A custodian that does not answer leaves its datasets without their description, not the page without datasets.
  return Promise.all(
    datasets.map(dataset =>
      ask<DatasetDetail>(`/api/datasets/${dataset.id}`).catch((): DatasetDetail => dataset),
    ),
  );
}

export function DataPage() {
  const datasets = useAnswer('datasets', loadDatasets);
  const status = useAnswer('status', () => ask<Status>('/api/status'));
  return (
    <Page
      title="Data"
      lead={
        <>
          Private tables that can be used without being seen. The rows stay with their{' '}
          <Term noun="custodian" />; programs come to them, once the owner said yes.
        </>
      }
    >
      {status.state === 'here' && status.value.roles.includes('custody') && <OwnerDesk />}
      <h2>Datasets of the network</h2>
      <Loaded answer={datasets} what="the datasets">
        {all =>
          all.length === 0 ? (
            <Empty>
              <p>
                No dataset is published yet. A custodian publishes one with{' '}
                <code>koinon data publish FILE.csv</code>.
              </p>
            </Empty>
          ) : (
            <ul class="cards-list">
              {all.map(dataset => {
                const said = dataset.said ?? dataset.held;
                const description = descriptionOf(dataset.metadata);
                const publicRows = publicRowsOf(dataset.metadata);
                return (
                  <li key={dataset.id} class="box">
                    <h3>
                      <a href={`/data/${dataset.id}`}>{said?.name ?? `Dataset ${dataset.id}`}</a>
                    </h3>
                    <p>{dataset.metadata?.description ?? 'Its custodian does not answer at the moment.'}</p>
                    <p class="muted">
                      held by <Address of={dataset.custodian} />
                      {description && (
                        <>
                          {' '}
                          · about{' '}
                          {count(description.approximateRows + description.approximateHeldBackRows, 'row')} ·{' '}
                          {count(description.columns.length, 'column')}
                        </>
                      )}
                      {publicRows !== undefined && (
                        <> · {publicRows === 0 ? 'no row' : count(publicRows, 'more row')} public</>
                      )}
                      {said && <> · {koin(said.policy.amount)} KOIN a use</>}
                    </p>
                  </li>
                );
              })}
            </ul>
          )
        }
      </Loaded>
    </Page>
  );
}
