import { chooseNode } from '../api/chooseNode.ts';
import type { Surroundings } from '../commands/surroundings.ts';
import { koin } from '../terminal/amounts.ts';
import { printResult } from '../terminal/printResult.ts';
import { table } from '../terminal/table.ts';
import { allDatasets, saidOf } from './findDataset.ts';

export async function listData(surroundings: Surroundings): Promise<void> {
  const { client, names } = chooseNode(surroundings, 'hospital');
  const datasets = await allDatasets(client);
  const nameOf = await names();
  printResult(surroundings, { datasets }, style =>
    datasets.length === 0
      ? 'No dataset yet. Publish one: koinon data publish FILE.csv --target COLUMN'
      : table(
          ['ID', 'NAME', 'TARGET', 'CUSTODIAN', 'KOIN A USE'],
          datasets.map(dataset => {
            const said = saidOf(dataset);
            const custodian = nameOf(dataset.custodian);
            if (!said) return [dataset.id, '?', '?', `${custodian} (does not answer)`, '?'];
            return [dataset.id, said.name, said.target ?? '-', custodian, koin(said.policy.amount)];
          }),
          style,
        ),
  );
}
