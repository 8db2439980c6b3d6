import { nodesAnswer, publishedAnswer } from '../api/answers.ts';
import { type ChosenNode, chooseNode } from '../api/chooseNode.ts';
import type { Surroundings } from '../commands/surroundings.ts';
import { parseKoin, short } from '../terminal/amounts.ts';
import { printResult } from '../terminal/printResult.ts';
import { createProgress } from '../terminal/progress.ts';
import { styleFor } from '../terminal/style.ts';
import { facts } from '../terminal/table.ts';
import { usageError } from '../terminal/usageError.ts';
import { checkTable, listOf, nameOfFile, readTable, requireName, targetMissing } from './readTable.ts';

export interface PublishOptions {
  target?: string | boolean;
  name?: string;
  description?: string;
  license?: string;
  exclude?: string;
  publicShare: string;
  minGroupRows: string;
  price: string;
  auditor?: string;
  autoApprove?: boolean;
}

/** Checks the table here, then hands it to the custodian; nothing is sent that would be refused. */
export async function publishData(
  surroundings: Surroundings,
  file: string,
  options: PublishOptions,
): Promise<void> {
  const name = options.name ?? nameOfFile(file);
  requireName(name, 'dataset');
  const publicShare = number('--public-share', options.publicShare, 0, 0.9);
  const minGroupRows = number('--min-group-rows', options.minGroupRows, 2, 1_000_000);
  const amount = parseKoin(options.price);
  const exclude = listOf(options.exclude);
  const csv = await readTable(file);
  const target = typeof options.target === 'string' ? options.target : undefined;
  const { raw, schema } = checkTable(csv, { ...(target === undefined ? {} : { target }), exclude });
  if (target === undefined && options.target !== false) throw targetMissing(raw);

  const style = styleFor(surroundings.stderr, surroundings.environment);
  const progress = createProgress(surroundings);
  for (const { message } of schema.warnings) progress.line(`${style.yellow('note')} ${message}`);
  const node = chooseNode(surroundings, 'hospital');
  const auditor = await auditorOf(node, options.auditor);
  const query = new URLSearchParams({
    name,
    amount: amount.toString(),
    auditor,
    publicShare: String(publicShare),
    minGroupRows: String(minGroupRows),
    ...(target === undefined ? {} : { target }),
    ...(exclude.length > 0 ? { exclude: exclude.join(',') } : {}),
    ...(options.description === undefined ? {} : { description: options.description }),
    ...(options.license === undefined ? {} : { license: options.license }),
    ...(options.autoApprove ? { autoApprove: 'true' } : {}),
  });
  progress.doing(`publishing ${raw.rows} rows`);
  const published = await node.client
    .post(`/api/datasets?${query}`, csv, publishedAnswer)
    .finally(progress.stop);
  printResult(surroundings, published, style =>
    [
      `${style.green('✓')} dataset ${style.bold(published.id)} “${name}” is published; its rows stay with the custodian`,
      '',
      facts(
        [
          ['content root', short(published.contentRoot)],
          ['transaction', `${short(published.transaction)}, gas ${published.gasUsed}`],
          ['public rows', published.publicTable ?? 'none'],
          ['auditor', node.nameOf(auditor)],
        ],
        style,
      ),
      '',
      style.dim('Requests for it: koinon data requests'),
    ].join('\n'),
  );
}

/** The auditor named, or the one auditing node that the custodian's owner has. */
async function auditorOf({ client, addressOf }: ChosenNode, named: string | undefined): Promise<string> {
  if (named !== undefined) {
    const address = addressOf(named);
    if (/^0x[0-9a-fA-F]{40}$/.test(address)) return address.toLowerCase();
    throw usageError(
      `"${named}" is neither an address nor a member of the local network.`,
      'Give --auditor the operator address of a node, 0x and 40 hex digits.',
    );
  }
  const { nodes } = await client.get('/api/nodes', nodesAnswer);
  const self = nodes.find(node => node.isSelf);
  const own = nodes.filter(
    node => !node.isSelf && node.owner === self?.owner && node.roles.includes('audit'),
  );
  if (own.length === 1) return own[0]!.operator;
  throw usageError(
    own.length === 0
      ? 'No auditing node belongs to the owner of this custodian.'
      : `${own.length} auditing nodes belong to the owner of this custodian.`,
    'Say with --auditor ADDRESS which node may hold a copy of the rows to replay jobs.',
  );
}

function number(option: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= min && value <= max) return value;
  throw usageError(`${option} cannot be "${text}".`, `Give a number from ${min} to ${max}.`);
}
