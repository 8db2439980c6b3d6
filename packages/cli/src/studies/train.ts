import { nearestName } from '@koinon/tabular';
import { begunAnswer, type DatasetAnswer, tableAnswer } from '../api/answers.ts';
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
import { tellQuote } from './tellQuote.ts';

export interface TrainOptions {
  purpose?: string;
  target?: string;
  name?: string;
  test?: string;
  groupBy?: string;
  exclude?: string;
  l2?: string;
  auditRate?: string;
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
  else if (said && !said.publicTable) {
    throw usageError(
      `Dataset ${dataset.id} comes without public rows to evaluate a model on.`,
      'Give rows of your own with --test FILE.csv.',
    );
  }
  const progress = createProgress(surroundings);
  let testTable: string | undefined;
  if (testCsv) {
    progress.doing('handing over the test rows');
    const query = new URLSearchParams({ target });
    testTable = (await client.post(`/api/tables?${query}`, testCsv, tableAnswer).finally(progress.stop)).cid;
  }
  await tellQuote(surroundings, node, { dataset: dataset.id });
  const { id } = await client.post(
    '/api/studies',
    {
      kind: 'train',
      dataset: dataset.id,
      purpose,
      name: options.name ?? said?.name ?? `dataset-${dataset.id}`,
      ...(options.target === undefined ? {} : { target: options.target }),
      ...(testTable === undefined ? {} : { testTable }),
      ...(auditRatePpm === undefined ? {} : { auditRatePpm }),
      ...(groupBy.length > 0 ? { groupBy } : {}),
      ...(exclude.length > 0 || l2 !== undefined
        ? { params: { ...(exclude.length > 0 ? { exclude } : {}), ...(l2 === undefined ? {} : { l2 }) } }
        : {}),
    },
    begunAnswer,
  );
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

/** The sentence the data owner decides by. Throws `K_USAGE`. */
export function requirePurpose(text: string | undefined): string {
  const purpose = text?.trim() ?? '';
  if (purpose !== '' && purpose.length <= PURPOSE_MAX_LENGTH) return purpose;
  throw usageError(
    purpose === '' ? 'What is it for? The data owner reads that and decides.' : 'The purpose is too long.',
    `Say it in a sentence of at most ${PURPOSE_MAX_LENGTH} characters: --purpose "Estimate the risk of single patients, for doctors."`,
  );
}

function columnsOf({ metadata }: DatasetAnswer): string[] {
  return metadata?.recordSet?.[0]?.field.map(({ name }) => name) ?? [];
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
