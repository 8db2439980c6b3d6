import { custodyRoutes, studiesRoutes } from '@koinon/api';
import { cidOfBlob } from '@koinon/protocol';
import { type Dataset, readRecord } from '@koinon/sdk';
import { nearestName } from '@koinon/tabular';
import { chooseNode } from '../api/chooseNode.ts';
import type { Surroundings } from '../commands/surroundings.ts';
import { findDataset, saidOf } from '../data/findDataset.ts';
import { checkTable, listOf, readTable, requireName } from '../data/readTable.ts';
import { printResult } from '../terminal/printResult.ts';
import { createProgress } from '../terminal/progress.ts';
import { usageError } from '../terminal/usageError.ts';
import { parseRate } from './assuranceOptions.ts';
import { followStudy } from './followStudy.ts';
import { printStudy } from './printStudy.ts';
import { askQuote, quoteLines, tellQuote } from './tellQuote.ts';

export interface TrainOptions {
  purpose?: string;
  target?: string;
  name?: string;
  test?: string;
  groupBy?: string;
  exclude?: string;
  l2?: string;
  auditRate?: string;
  /** Test at the custodian, on rows held back, and in public nowhere. */
  privateTest?: boolean;
  /** Say what it would cost and could tell, and begin nothing. */
  quote?: boolean;
  wait: boolean;
}

const PURPOSE_MAX_LENGTH = 1_024;

/** Begins the main job for a dataset and watches it. Whatever can be known to be wrong is said before anything is sent. */
export async function train(
  surroundings: Surroundings,
  idOrName: string,
  options: TrainOptions,
): Promise<void> {
  const purpose = requirePurpose(options.purpose);
  if (options.name !== undefined) requireName(options.name, 'model');
  const l2 = options.l2 === undefined ? undefined : penalty(options.l2);
  const auditRatePpm = options.auditRate === undefined ? undefined : parseRate(options.auditRate);
  if (options.privateTest && (options.test !== undefined || options.auditRate !== undefined)) {
    throw usageError(
      `--private-test goes without --${options.test === undefined ? 'audit-rate' : 'test'}: nothing is then computed in public.`,
      'Give one of them.',
    );
  }
  const testCsv = options.test === undefined ? undefined : await readTable(options.test);
  const node = chooseNode(surroundings, 'researcher');
  const { client } = node;
  const dataset = await findDataset(client, idOrName);
  const said = saidOf(dataset);
  const columns = columnsOf(dataset);
  const target = options.target ?? said?.target;
  if (target === undefined) {
    throw usageError(
      `Dataset ${dataset.id} names no column to predict.`,
      `Name one with --target. Its columns are: ${columns.join(', ')}.`,
    );
  }
  const groupBy = listOf(options.groupBy);
  const exclude = listOf(options.exclude);
  if (columns.length > 0) for (const name of [target, ...groupBy, ...exclude]) requireColumn(name, columns);
  if (exclude.includes(target))
    throw usageError(`The target "${target}" is excluded.`, 'Exclude another column.');
  if (testCsv) checkTable(testCsv, { target });
  else requireTestRows(dataset, options.privateTest === true);
  const progress = createProgress(surroundings);
  let testTable: string | undefined;
  // Rows that are handed over become public, for which a question about the price is no reason: any name does.
  if (testCsv && options.quote) testTable = cidOfBlob(testCsv);
  else if (testCsv) {
    progress.doing('handing over the test rows');
    const table = client.call(custodyRoutes.table, { query: { target }, body: testCsv });
    testTable = (await table.finally(progress.stop)).cid;
  }
  const study = {
    kind: 'train' as const,
    dataset: dataset.id,
    purpose,
    name: options.name ?? said?.name ?? `dataset-${dataset.id}`,
    ...(options.target === undefined ? {} : { target: options.target }),
    ...(testTable === undefined ? {} : { testTable }),
    ...(options.privateTest ? { privateTest: true } : {}),
    ...(auditRatePpm === undefined ? {} : { auditRatePpm }),
    ...(groupBy.length > 0 ? { groupBy } : {}),
    ...(exclude.length > 0 || l2 !== undefined
      ? { params: { ...(exclude.length > 0 ? { exclude } : {}), ...(l2 === undefined ? {} : { l2 }) } }
      : {}),
  };
  if (options.quote) {
    const quote = await askQuote(node, { study });
    const nameOf = await node.names();
    printResult(surroundings, quote, () => quoteLines(quote, nameOf).join('\n'));
    return;
  }
  await tellQuote(surroundings, node, { study });
  const { id } = await client.call(studiesRoutes.begin, { body: study });
  if (options.wait) {
    printStudy(surroundings, await followStudy(surroundings, node, id));
    return;
  }
  printResult(
    surroundings,
    { study: id },
    style => `${style.green('✓')} study ${id} has begun; watch it: koinon jobs show ${id} --follow`,
  );
}

/** Throws `K_USAGE` where there is nothing to test the model on. */
function requireTestRows(dataset: Dataset, isPrivate: boolean): void {
  const said = saidOf(dataset);
  const heldBack = readRecord(dataset.metadata).table?.approximateHeldBackRows;
  // What its custodian or its record does not say, the node finds out.
  if (!said || heldBack === undefined || heldBack > 0 || (!isPrivate && said.publicTable)) return;
  throw usageError(
    `Dataset ${dataset.id} has no rows held back${isPrivate ? '' : ', and no public rows,'} to test a model on.`,
    isPrivate && said.publicTable
      ? 'Leave out --private-test: it has public rows.'
      : 'Give rows of your own with --test FILE.csv.',
  );
}

/** The sentence the data owner decides by. Throws `K_USAGE`. */
export function requirePurpose(text: string | undefined): string {
  const purpose = text?.trim() ?? '';
  if (purpose !== '' && purpose.length <= PURPOSE_MAX_LENGTH) return purpose;
  throw usageError(
    purpose === '' ? 'What is it for? The data owner reads that and decides.' : 'The purpose is too long.',
    `Say it in a sentence of at most ${PURPOSE_MAX_LENGTH} characters: --purpose "Estimate the risk of single patients, for doctors."`,
  );
}

function columnsOf({ metadata }: Dataset): string[] {
  return readRecord(metadata).table?.columns.map(({ name }) => name) ?? [];
}

function requireColumn(name: string, columns: readonly string[]): void {
  if (columns.includes(name)) return;
  const near = nearestName(name, columns);
  throw usageError(
    `The dataset has no column "${name}"${near === undefined ? '' : `; did you mean "${near}"?`}`,
    `Its columns are: ${columns.join(', ')}.`,
  );
}

function penalty(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= 0 && value <= 1e9) return value;
  throw usageError(`--l2 cannot be "${text}".`, 'Give a number from 0, such as 1.');
}
