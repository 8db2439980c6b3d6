import { nodeRoutes } from '@koinon/api';
import { type ChosenNode, chooseNode } from '../api/chooseNode.ts';
import type { Surroundings } from '../commands/surroundings.ts';
import { parseKoin, short } from '../terminal/amounts.ts';
import { printResult } from '../terminal/printResult.ts';
import { createProgress } from '../terminal/progress.ts';
import { styleFor } from '../terminal/style.ts';
import { facts } from '../terminal/table.ts';
import { usageError } from '../terminal/usageError.ts';
import { confirmPublicRows, writePublicRows, type YesOptions } from './confirmPublicRows.ts';
import { type Parameters, previewTable, publishAsPreviewed } from './publishTable.ts';
import { checkTable, nameOfFile, namesOf, readTable, requireName, targetMissing } from './readTable.ts';
import { tellPreview, tellPublicRows } from './tellPreview.ts';

export interface PublishOptions extends YesOptions {
  target?: string | boolean;
  name?: string;
  description?: string;
  license?: string;
  exclude?: string[];
  range?: string[];
  groups?: string[];
  publicShare: string;
  heldBack: string;
  minGroupRows: string;
  weightBits: string;
  candidates: boolean;
  bitsPerJob?: string;
  bitsPerRequesterYear?: string;
  bitsPerYear?: string;
  bitsTotal?: string;
  maxUses?: string;
  price: string;
  auditor?: string;
  autoApprove?: boolean;
  /** Only show what would be published. */
  preview?: boolean;
  /** File for all rows that would become public. */
  rowsFile?: string;
}

const ROWS_SHOWN = 50;
/** As many as a table can have. */
const ALL_ROWS = 2_000_000;

/**
 * Checks the table here, shows what the custodian would publish of it, and has it published; nothing is sent that would be
 * refused, and no row becomes public that the owner did not see and say yes to.
 */
export async function publishData(
  surroundings: Surroundings,
  file: string,
  options: PublishOptions,
): Promise<void> {
  const name = options.name ?? nameOfFile(file);
  requireName(name, 'dataset');
  const policy = policyParameters(options);
  const csv = await readTable(file);
  const target = typeof options.target === 'string' ? options.target : undefined;
  const { raw, schema } = checkTable(csv, {
    ...(target === undefined ? {} : { target }),
    exclude: options.exclude ?? [],
  });
  if (target === undefined && options.target !== false) throw targetMissing(raw);

  const progress = createProgress(surroundings);
  const node = chooseNode(surroundings, 'hospital');
  const auditor = await auditorOf(node, options.auditor);
  const parameters: Parameters = {
    ...policy,
    name,
    auditor,
    target,
    exclude: schema.excluded,
    range: options.range ?? [],
    groups: namesOf(options.groups ?? [], raw.columns),
    description: options.description,
    license: options.license,
    seed: options.seed,
    ...(options.autoApprove ? { autoApprove: 'true' as const } : {}),
  };
  progress.doing('looking at what would be told');
  const show = options.rowsFile === undefined ? ROWS_SHOWN : ALL_ROWS;
  const preview = await previewTable(node.client, parameters, csv, show).finally(progress.stop);
  if (options.rowsFile !== undefined) await writePublicRows(preview, options.rowsFile);
  if (options.preview) {
    printResult(surroundings, preview, style =>
      [tellPreview(preview, style), tellPublicRows(preview, style)].join('\n\n').trimEnd(),
    );
    return;
  }
  progress.line(tellPreview(preview, styleFor(surroundings.stderr, surroundings.environment)));
  await confirmPublicRows(surroundings, preview, options);
  progress.doing(`publishing ${name}`);
  const published = await publishAsPreviewed(node.client, parameters, csv, preview).finally(progress.stop);
  const nameOf = await node.names();
  printResult(surroundings, published, style =>
    [
      `${style.green('✓')} dataset ${style.bold(published.id)} “${name}” is published; its rows stay with the custodian`,
      '',
      facts(
        [
          ['content root', short(published.contentRoot)],
          ['transaction', `${short(published.transaction)}, gas ${published.gasUsed}`],
          [
            'public rows',
            published.publicTable === undefined
              ? '0'
              : `${published.publicRows}, in ${published.publicTable}`,
          ],
          ['held back', `${published.heldBackRows} rows, to test models on`],
          ['auditor', nameOf(auditor)],
        ],
        style,
      ),
      '',
      style.dim('Requests for it: koinon data requests'),
    ].join('\n'),
  );
}

/** What the options say of the policy and of the parts, each checked before anything is asked of a node. */
function policyParameters(options: PublishOptions) {
  const whole = (option: string, text: string | undefined, min: number, max: number) => {
    if (text === undefined) return undefined;
    const value = number(option, text, min, max);
    if (Number.isInteger(value)) return String(value);
    throw usageError(`${option} cannot be "${text}".`, `Give a whole number from ${min} to ${max}.`);
  };
  const bits = (option: string, text: string | undefined) => whole(option, text, 0, 2 ** 40);
  return {
    amount: parseKoin(options.price).toString(),
    publicShare: String(number('--public-share', options.publicShare, 0, 0.9)),
    heldBackShare: String(number('--held-back', options.heldBack, 0, 0.9)),
    minGroupRows: whole('--min-group-rows', options.minGroupRows, 2, 1_000_000),
    weightBits: whole('--weight-bits', options.weightBits, 4, 24),
    candidates: options.candidates ? ('true' as const) : ('false' as const),
    bitsPerJob: bits('--bits-per-job', options.bitsPerJob),
    bitsPerRequesterYear: bits('--bits-per-requester-year', options.bitsPerRequesterYear),
    bitsPerYear: bits('--bits-per-year', options.bitsPerYear),
    bitsTotal: bits('--bits-total', options.bitsTotal),
    maxUses: whole('--max-uses', options.maxUses, 1, 10_000),
  };
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
  const { nodes } = await client.call(nodeRoutes.nodes);
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
