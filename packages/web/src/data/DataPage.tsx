import type { Dataset } from '../api/answers.ts';
import { ask, loadClient } from '../api/ask.ts';
import { useAnswer } from '../api/useAnswer.ts';
import { Address } from '../parts/Address.tsx';
import { Empty, Loaded } from '../parts/Loaded.tsx';
import { Page } from '../parts/Page.tsx';
import { Term } from '../parts/Term.tsx';
import { count, koin } from '../words/format.ts';
import { OwnerDesk } from './OwnerDesk.tsx';

async function loadDatasets() {
  const [{ datasets }, { readRecord }] = await Promise.all([ask('custody.datasets'), loadClient()]);
  // A custodian that does not answer leaves its datasets without their description, not the page without datasets.
  return Promise.all(
    datasets.map(async listed => {
      const params = { id: listed.id };
      const dataset = await ask('custody.dataset', { params }).catch((): Dataset => listed);
      return { ...dataset, record: readRecord(dataset.metadata) };
    }),
  );
}

export function DataPage() {
  const datasets = useAnswer('datasets', loadDatasets);
  const status = useAnswer('status', () => ask('node.status'));
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
      {status.state === 'here' && status.value.services.includes('custody') && (
        <OwnerDesk services={status.value.services} />
      )}
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
                const { description: about, table: description, publicRows } = dataset.record;
                return (
                  <li key={dataset.id} class="box">
                    <h3>
                      <a href={`/data/${dataset.id}`}>{said?.name ?? `Dataset ${dataset.id}`}</a>
                    </h3>
                    <p>{about ?? 'Its custodian does not answer at the moment.'}</p>
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
