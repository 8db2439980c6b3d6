import type { PublicColumn } from '@koinon/protocol';
import { readRecord } from '@koinon/sdk';
import { chooseNode } from '../api/chooseNode.ts';
import type { Surroundings } from '../commands/surroundings.ts';
import { koin, short } from '../terminal/amounts.ts';
import { printResult } from '../terminal/printResult.ts';
import { facts, printable, table } from '../terminal/table.ts';
import { findDataset, saidOf } from './findDataset.ts';

const WORDS_SHOWN = 6;

export async function showData(surroundings: Surroundings, idOrName: string): Promise<void> {
  const { client, names } = chooseNode(surroundings, 'hospital');
  const dataset = await findDataset(client, idOrName);
  const said = saidOf(dataset);
  const nameOf = await names();
  printResult(surroundings, dataset, style => {
    const chain: [string, string][] = [
      ['custodian', nameOf(dataset.custodian)],
      ['owner', nameOf(dataset.owner)],
      ['content root', short(dataset.contentRoot)],
    ];
    if (!said) {
      return [
        style.bold(`dataset ${dataset.id}`),
        facts(chain, style),
        '',
        'Its custodian does not answer now; only what stands on chain is known.',
      ].join('\n');
    }
    const { policy } = said;
    const { description: about, table: description, publicRows } = readRecord(dataset.metadata);
    return [
      style.bold(`dataset ${dataset.id} “${printable(said.name)}”`),
      facts(
        [
          ...(about ? [['about', about] as const] : []),
          ...chain,
          ['target', said.target ?? 'none named'],
          ...(description === undefined
            ? []
            : [
                ['rows', `at least ${description.approximateRows} to train on`] as const,
                ['held back', `at least ${description.approximateHeldBackRows} to test models on`] as const,
              ]),
          [
            'public rows',
            said.publicTable === undefined ? '0' : `${publicRows ?? 'some'}, in ${said.publicTable}`,
          ],
          ['price of a use', `${koin(policy.amount)} KOIN`],
          ['auditors', policy.auditors.map(nameOf).join(', ')],
          [
            'may leave',
            `${policy.bits.job} bits in a job, ${policy.bits.requesterYear} to one requester in a year, ${policy.bits.year} to all, ${policy.bits.total} ever`,
          ],
          ['smallest group', `${policy.minGroupRows} rows`],
          ...('autoApprove' in said && said.autoApprove
            ? [['grants', 'every request, without asking a person'] as const]
            : []),
        ],
        style,
      ),
      '',
      table(
        ['COLUMN', 'TYPE', 'WHAT IS TOLD'],
        (description?.columns ?? []).map(column => [column.name, column.type, whatIsTold(column)]),
        style,
      ),
      '',
      style.dim(`Invented rows of this shape: koinon data mock ${dataset.id}`),
      style.dim(`Ask to train on it: koinon train ${dataset.id} --purpose "…"`),
    ].join('\n');
  });
}

function whatIsTold(column: PublicColumn): string {
  if (column.type === 'number') {
    const { centre, unit } = column.grid;
    return column.range ? `${column.range[0]} to ${column.range[1]}` : `about ${centre}, in steps of ${unit}`;
  }
  const words = column.dictionary;
  return words.slice(0, WORDS_SHOWN).join(', ') + (words.length > WORDS_SHOWN ? `, … (${words.length})` : '');
}
