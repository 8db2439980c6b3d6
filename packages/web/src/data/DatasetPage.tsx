import type { PublicColumn } from '@koinon/protocol';
import type { DatasetRecord } from '@koinon/sdk';
import type { Dataset } from '../api/answers.ts';
import { useAnswer } from '../api/useAnswer.ts';
import { Address } from '../parts/Address.tsx';
import { Facts } from '../parts/Facts.tsx';
import { Hash } from '../parts/Hash.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import { Page } from '../parts/Page.tsx';
import { Term } from '../parts/Term.tsx';
import { grouped } from '../words/format.ts';
import { policySentences } from '../words/policyWords.ts';
import { loadDataset } from './loadDataset.ts';

export function DatasetPage({ id }: { id: string }) {
  const answer = useAnswer(`dataset ${id}`, () => loadDataset(id));
  const name = answer.state === 'here' ? answer.value.dataset.said?.name : undefined;
  return (
    <Page title={name ?? `Dataset ${id}`}>
      <Loaded answer={answer} what="the dataset">
        {known => <Known {...known} />}
      </Loaded>
    </Page>
  );
}

function Known({ dataset, record }: { dataset: Dataset; record: DatasetRecord }) {
  const { said } = dataset;
  const { table: description } = record;
  const publicRows = said?.publicTable === undefined ? 0 : (record.publicRows ?? 'some');
  return (
    <>
      {record.description && <p class="lead">{record.description}</p>}
      {!said && (
        <p class="box" role="status">
          Its custodian does not answer at the moment; below is what the blockchain says.
        </p>
      )}
      {said && (
        <p>
          <a class="button" href={`/api/datasets/${dataset.id}/mock`} download={`${said.name}-mock.csv`}>
            Download the mock (CSV)
          </a>{' '}
          <Term noun="mock">Invented rows</Term> of the same shape: none of them is real.
        </p>
      )}
      <Facts
        facts={[
          { name: 'custodian', value: <Address of={dataset.custodian} />, about: 'Holds the rows.' },
          { name: 'owner', value: <Address of={dataset.owner} />, about: 'Decides who may use them.' },
          ...(description === undefined
            ? []
            : [
                {
                  name: 'rows to train on',
                  value: `about ${grouped(description.approximateRows)}`,
                  about: 'Rounded, so that nobody can tell whether one more person is in it.',
                },
                {
                  name: 'rows held back',
                  value: `about ${grouped(description.approximateHeldBackRows)}`,
                  about: 'Private too. No model is trained on them, so models are tested on them.',
                },
              ]),
          ...(said === undefined
            ? []
            : [
                {
                  name: 'public rows',
                  value: publicRows === 'some' ? 'some' : grouped(publicRows),
                  about:
                    publicRows === 0
                      ? 'The owner gave no row away.'
                      : 'The owner gave them away; anybody can read them.',
                },
              ]),
          ...(said?.target ? [{ name: 'to be predicted', value: said.target }] : []),
          ...(record.license ? [{ name: 'licence', value: record.license }] : []),
          {
            name: 'content',
            value: <Hash of={dataset.contentRoot} label="the content root" />,
            about: 'Fingerprint of the rows. It says nothing about them, and other rows would have another.',
          },
        ]}
      />
      {said && (
        <section aria-labelledby="policy">
          <h2 id="policy">What may be done with it</h2>
          <ul>
            {policySentences(said.policy, publicRows).map(sentence => (
              <li key={sentence}>{sentence}</li>
            ))}
          </ul>
          <p class="muted">
            This is the <Term noun="policy" /> whose fingerprint the owner put on the blockchain:{' '}
            <Hash of={dataset.policyDigest} label="the fingerprint of the policy" />
          </p>
        </section>
      )}
      {description && (
        <section aria-labelledby="columns">
          <h2 id="columns">Columns</h2>
          <table class="cards">
            <caption class="sr">Columns of the table</caption>
            <thead>
              <tr>
                <th scope="col">Column</th>
                <th scope="col">Kind</th>
                <th scope="col">Values</th>
              </tr>
            </thead>
            <tbody>
              {description.columns.map(column => (
                <tr key={column.name}>
                  <th scope="row">{column.name}</th>
                  <td data-label="Kind">{column.type}</td>
                  <td data-label="Values">
                    {column.type === 'category' ? column.dictionary.join(', ') : numbersOf(column)}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
    </>
  );
}

function numbersOf({ grid, range }: Extract<PublicColumn, { type: 'number' }>) {
  if (range) return `${range[0]} to ${range[1]}, as the owner says`;
  return <span class="muted">{`about ${grid.centre}, in steps of ${grid.unit}`}</span>;
}
