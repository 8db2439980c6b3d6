import { writeFile } from 'node:fs/promises';
import { custodyRoutes } from '@koinon/api';
import { chooseNode } from '../api/chooseNode.ts';
import type { Surroundings } from '../commands/surroundings.ts';
import { printResult } from '../terminal/printResult.ts';
import { findDataset } from './findDataset.ts';

export async function mockData(
  surroundings: Surroundings,
  idOrName: string,
  { output }: { output?: string },
): Promise<void> {
  const { client } = chooseNode(surroundings, 'hospital');
  const { id } = await findDataset(client, idOrName);
  const csv = new TextDecoder().decode(await client.call(custodyRoutes.mock, { params: { id } }));
  const rows = csv.trimEnd().split('\n').length - 1;
  if (output === undefined) {
    printResult(surroundings, { dataset: id, rows, csv }, () => csv);
    return;
  }
  await writeFile(output, csv);
  printResult(
    surroundings,
    { dataset: id, rows, file: output },
    style => `${style.green('✓')} ${rows} invented rows in ${output}`,
  );
}
