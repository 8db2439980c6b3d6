import type { z } from 'zod';
import { inferAnswer, modelMetadata } from '../api/answers.ts';
import { chooseNode } from '../api/chooseNode.ts';
import type { NodeClient } from '../api/nodeClient.ts';
import type { Surroundings } from '../commands/surroundings.ts';
import { readTable } from '../data/readTable.ts';
import { printResult } from '../terminal/printResult.ts';
import { createProgress, type Progress } from '../terminal/progress.ts';
import { type Style, styleFor } from '../terminal/style.ts';
import { printable } from '../terminal/table.ts';
import { usageError } from '../terminal/usageError.ts';
import { getModel } from './getModel.ts';
import { parseModelName } from './modelName.ts';
import { type Cell, type ModelColumn, parseRow, rowsOfTable } from './modelRows.ts';

export interface PredictOptions {
  row?: string[];
  csv?: string;
}

export interface Prediction {
  label: string;
  probabilities: Record<string, number>;
}

/** Rows asked about in one request. */
const BATCH_ROWS = 1_000;
const BAR_WIDTH = 24;

/** Asks the model about a row, or about each row of a table; every cell is checked before anything is sent. */
export async function predict(
  surroundings: Surroundings,
  reference: string,
  options: PredictOptions,
): Promise<void> {
  const { name: model, version } = parseModelName(reference);
  if ((options.row === undefined) === (options.csv === undefined)) {
    throw usageError(
      'What should the model be asked about?',
      `Give one row: koinon predict ${model} --row column=value …, or a table: --csv FILE.csv`,
    );
  }
  const csv = options.csv === undefined ? undefined : await readTable(options.csv);
  const { client } = chooseNode(surroundings, 'researcher');
  const { model: found } = await getModel(client, { name: model, version });
  const base = `/v2/models/${found.name}/versions/${found.version}`;
  const { inputs } = await client.get(base, modelMetadata);
  const columns = inputs.map(
    ({ name, datatype }): ModelColumn => ({
      name,
      datatype,
      type: datatype === 'BYTES' ? 'category' : 'number',
    }),
  );
  const progress = createProgress(surroundings);
  const { rows, missing } = csv ? rowsOfTable(csv, columns) : parseRow(options.row!, columns);
  if (missing.length > 0) {
    const style = styleFor(surroundings.stderr, surroundings.environment);
    progress.line(`${style.yellow('note')} missing, so the model fills them in: ${missing.join(', ')}`);
  }
  const predictions = await ask(client, base, columns, rows, progress).finally(progress.stop);
  printResult(surroundings, { model: found.name, version: found.version, predictions }, style =>
    csv ? asCsv(predictions) : asBars(predictions[0]!, style),
  );
}

async function ask(
  client: NodeClient,
  base: string,
  columns: readonly ModelColumn[],
  rows: readonly Cell[][],
  progress: Progress,
): Promise<Prediction[]> {
  const predictions: Prediction[] = [];
  for (let from = 0; from < rows.length; from += BATCH_ROWS) {
    const batch = rows.slice(from, from + BATCH_ROWS);
    if (rows.length > BATCH_ROWS) progress.doing(`row ${from} of ${rows.length}`);
    const request = {
      inputs: columns.map(({ name, datatype }, column) => ({
        name,
        datatype,
        shape: [batch.length, 1],
        data: batch.map(row => row[column]),
      })),
    };
    predictions.push(...readAnswer(await client.post(`${base}/infer`, request, inferAnswer)));
  }
  return predictions;
}

function readAnswer({ outputs }: z.output<typeof inferAnswer>): Prediction[] {
  const labels = outputs.find(output => output.name === 'label')?.data ?? [];
  const output = outputs.find(candidate => candidate.name === 'probabilities');
  const width = output?.shape[1] ?? 0;
  const named = String(output?.parameters?.['classes'] ?? '').split(',');
  // A class that has a comma in its name cannot be told apart from two; its number then stands for it.
  const classes = named.length === width ? named : Array.from({ length: width }, (_, i) => `#${i}`);
  return labels.map((label, row) => ({
    label: String(label),
    probabilities: Object.fromEntries(
      classes.map((name, column) => [name, Number(output?.data[row * width + column])]),
    ),
  }));
}

function asBars({ label, probabilities }: Prediction, style: Style): string {
  const entries = Object.entries(probabilities).sort((a, b) => b[1] - a[1]);
  const widest = Math.max(...entries.map(([name]) => name.length));
  return [
    style.bold(printable(label)),
    ...entries.map(([name, value]) => {
      const bar = '█'.repeat(Math.round(value * BAR_WIDTH)).padEnd(BAR_WIDTH);
      return `  ${printable(name).padEnd(widest)}  ${style.cyan(bar)}  ${value.toFixed(6)}`;
    }),
  ].join('\n');
}

function asCsv(predictions: readonly Prediction[]): string {
  const classes = Object.keys(predictions[0]?.probabilities ?? {});
  const cell = (text: string) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  return [
    ['label', ...classes].map(cell).join(','),
    ...predictions.map(({ label, probabilities }) =>
      [cell(label), ...classes.map(name => String(probabilities[name]))].join(','),
    ),
  ].join('\n');
}
