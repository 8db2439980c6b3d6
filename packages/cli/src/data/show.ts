import { chooseNode } from '../api/chooseNode.ts';
import type { Surroundings } from '../commands/surroundings.ts';
import { byteCount, koin, short } from '../terminal/amounts.ts';
import { printResult } from '../terminal/printResult.ts';
import { facts, printable, table } from '../terminal/table.ts';
import { findDataset, saidOf } from './findDataset.ts';

const WORDS_SHOWN = 6;

export async function showData(surroundings: Surroundings, idOrName: string): Promise<void> {
  const { client, nameOf } = chooseNode(surroundings, 'hospital');
  const dataset = await findDataset(client, idOrName);
  const said = saidOf(dataset);
  printResult(surroundings, dataset, style => {
    const about: [string, string][] = [
      ['custodian', nameOf(dataset.custodian)],
      ['owner', nameOf(dataset.owner)],
      ['content root', short(dataset.contentRoot)],
    ];
    if (!said) {
      return [
        style.bold(`dataset ${dataset.id}`),
        facts(about, style),
        '',
        'Its custodian does not answer now; only what stands on chain is known.',
      ].join('\n');
    }
    const { policy } = said;
    const rows = dataset.metadata?.['koinon:approximateRows'];
    const columns = dataset.metadata?.recordSet?.[0]?.field ?? [];
    return [
      style.bold(`dataset ${dataset.id} “${printable(said.name)}”`),
      facts(
        [
          ...(dataset.metadata?.description ? [['about', dataset.metadata.description] as const] : []),
          ...about,
          ['target', said.target ?? 'none named'],
          ...(rows === undefined ? [] : [['rows', `at least ${rows}`] as const]),
          ['public rows', said.publicTable ?? 'none'],
          ['price of a use', `${koin(policy.amount)} KOIN`],
          ['auditors', policy.auditors.map(nameOf).join(', ')],
          [
            'may leave',
            `${policy.artefactClasses.join(', ')}, at most ${byteCount(policy.maxArtefactBytes)} each`,
          ],
          ['smallest group', `${policy.minGroupRows} rows`],
          ...(said.autoApprove ? [['grants', 'every request, without asking a person'] as const] : []),
        ],
        style,
      ),
      '',
      table(
        ['COLUMN', 'TYPE', 'WORDS'],
        columns.map(column => {
          const words = column['koinon:dictionary'];
          const more = words && words.length > WORDS_SHOWN ? `, … (${words.length})` : '';
          return [
            column.name,
            words ? 'category' : 'number',
            words ? words.slice(0, WORDS_SHOWN).join(', ') + more : '',
          ];
        }),
        style,
      ),
      '',
      style.dim(`Invented rows of this shape: koinon data mock ${dataset.id}`),
      style.dim(`Ask to train on it: koinon train ${dataset.id} --purpose "…"`),
    ].join('\n');
  });
}
