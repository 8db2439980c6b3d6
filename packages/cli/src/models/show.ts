import { evidenceRoutes, servingRoutes } from '@koinon/api';
import { type Metrics, readMetrics } from '@koinon/sdk';
import { chooseNode } from '../api/chooseNode.ts';
import type { Surroundings } from '../commands/surroundings.ts';
import { short } from '../terminal/amounts.ts';
import { printResult } from '../terminal/printResult.ts';
import { facts, table } from '../terminal/table.ts';
import { getModel } from './getModel.ts';
import { parseModelName } from './modelName.ts';

export async function showModel(surroundings: Surroundings, reference: string): Promise<void> {
  const wanted = parseModelName(reference);
  const { client, names } = chooseNode(surroundings, 'researcher');
  const found = await getModel(client, wanted);
  const { model, passport, registered } = found;
  const { name } = model;
  const { inputs } = await client.call(servingRoutes.metadataOfVersion, {
    params: { name, version: String(model.version) },
  });
  const evaluations = await Promise.all(
    passport.evaluations.map(async ({ metrics, ...on }) => {
      const file = metrics.outputs.find(output => output.name === 'metrics.json');
      const bytes =
        file &&
        (await client.call(evidenceRoutes.blob, { params: { cid: file.cid } }).catch(() => undefined));
      return {
        heldBack: 'heldBack' in on ? on.heldBack : undefined,
        data: 'data' in on ? on.data : undefined,
        measuredBy: metrics.receipt.message.provider,
        metrics: bytes && readMetrics(bytes),
      };
    }),
  );
  const nameOf = await names();
  printResult(surroundings, { ...found, inputs, evaluations }, style =>
    [
      style.bold(`${model.name}, version ${model.version}`),
      facts(
        [
          ['model', model.model],
          ['passport', model.passport],
          ['publisher', nameOf(passport.publisher)],
          [
            'trained on',
            passport.datasets.map(({ id, custodian }) => `dataset ${id} at ${nameOf(custodian)}`).join(', '),
          ],
          [
            'registered',
            registered ? `block ${registered.block}, tx ${short(registered.transaction)}` : 'no',
          ],
        ],
        style,
      ),
      ...evaluations.flatMap(({ metrics, measuredBy, data, heldBack }) => [
        '',
        heldBack === undefined
          ? `${style.bold('Tested')} on ${rowsOf(metrics)}public rows, at ${nameOf(measuredBy)} ${style.dim(data ?? '')}`
          : `${style.bold('Tested')} on ${rowsOf(metrics, 'at least ')}rows held back from training, of dataset ${heldBack}, at its custodian ${nameOf(measuredBy)}`,
        metrics ? quality(metrics, style) : style.dim('  This node does not have the measures.'),
      ]),
      '',
      table(
        ['INPUT', 'TYPE'],
        inputs.map(input => [input.name, input.datatype === 'BYTES' ? 'category' : 'number']),
        style,
      ),
      '',
      style.dim(`Ask it: koinon predict ${name} --row ${inputs[0]?.name ?? 'column'}=…`),
      style.dim(`Check it yourself: koinon verify ${name}`),
    ].join('\n'),
  );
}

function rowsOf(metrics: Metrics | undefined, about = ''): string {
  const rows = metrics?.overall.rows;
  return rows == null ? '' : `${about}${rows} `;
}

function quality({ overall, groups }: Metrics, style: Parameters<typeof facts>[1]): string {
  const figure = (value: number | null | undefined) => value?.toFixed(4) ?? 'not computable';
  const lines = [
    facts(
      [
        ['accuracy', figure(overall.accuracy)],
        ['log loss', figure(overall.logLoss)],
        ['ROC AUC', figure(overall.rocAuc)],
        ['calibration error', figure(overall.expectedCalibrationError)],
      ],
      style,
    ),
  ];
  if (groups.length > 0) {
    lines.push(
      '',
      table(
        ['GROUP', 'ROWS', 'ACCURACY'],
        groups.map(group => [
          `${group.column} = ${group.value}`,
          // Of private rows nobody is told how many a group has.
          group.rows?.toString() ?? (group.accuracy == null ? 'too few' : 'not told'),
          group.accuracy?.toFixed(4) ?? '-',
        ]),
        style,
      ),
    );
  }
  return lines.join('\n');
}
