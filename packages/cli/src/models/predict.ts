import { servingRoutes } from '@koinon/api';
import { type Client, inferRequestOf, type Prediction, predictionsOf, type Row } from '@koinon/sdk';
import { chooseNode } from '../api/chooseNode.ts';
import type { Surroundings } from '../commands/surroundings.ts';
import { readTable } from '../data/readTable.ts';
import { printResult } from '../terminal/printResult.ts';
import { createProgress, type Progress } from '../terminal/progress.ts';
import { type Style, styleFor } from '../terminal/style.ts';
import { printable } from '../terminal/table.ts';
import { usageError } from '../terminal/usageError.ts';
import { getModel } from './getModel.ts';
import { parseModelName } from './modelName.ts';
import { type ModelColumn, parseRow, rowsOfTable } from './modelRows.ts';

export interface PredictOptions {
  row?: string[];
  csv?: string;
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
  const params = { name: found.name, version: String(found.version) };
  const { inputs } = await client.call(servingRoutes.metadataOfVersion, { params });
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
  const predictions = await ask(client, params, columns, rows, progress).finally(progress.stop);
  printResult(surroundings, { model: found.name, version: found.version, predictions }, style =>
    csv ? asCsv(predictions) : asBars(predictions[0]!, style),
  );
}

async function ask(
  client: Client,
  params: { name: string; version: string },
  columns: readonly ModelColumn[],
  rows: readonly Row[],
  progress: Progress,
): Promise<Prediction[]> {
  const predictions: Prediction[] = [];
  for (let from = 0; from < rows.length; from += BATCH_ROWS) {
    const batch = rows.slice(from, from + BATCH_ROWS);
    if (rows.length > BATCH_ROWS) progress.doing(`row ${from} of ${rows.length}`);
    const body = inferRequestOf(columns, batch);
    predictions.push(...predictionsOf(await client.call(servingRoutes.inferOfVersion, { params, body })));
  }
  return predictions;
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
