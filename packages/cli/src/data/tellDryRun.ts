import { weightsOf } from '@koinon/privacy';
import { reasonsSentence } from '@koinon/protocol/gateWords';
import { type Dataset, type DryRun, readRecord } from '@koinon/sdk';
import { byteCount } from '../terminal/amounts.ts';
import type { Style } from '../terminal/style.ts';
import { facts, printable, table } from '../terminal/table.ts';

const WEIGHTS_SHOWN = 10;
const LINES_SHOWN = 20;
const FIGURES_SHOWN = 30;

/** How a look ended: what would leave, why, what is in it, and what the program said. */
export function tellDryRun(
  ran: DryRun,
  files: readonly { name: string; bytes: Uint8Array }[],
  { dataset, target }: { dataset: Dataset; target: unknown },
  style: Style,
): string {
  const description = readRecord(dataset.metadata).table;
  const blocks = files.map(({ name, bytes }) => {
    const kind = ran.reasons.find(reason => reason.name === name)?.class;
    const title = `${style.bold(printable(name))}  ${byteCount(bytes.length)}`;
    if (kind === 'metrics' || kind === 'evaluation') return [title, tellFigures(bytes, style)].join('\n');
    const weights = kind === 'model' && description ? weightsOf(bytes, description, target) : undefined;
    return weights ? [title, tellWeights(weights, style)].join('\n') : title;
  });
  return [
    `${style.bold(ran.word)}, exit code ${ran.exitCode}${ran.trap === undefined ? '' : ` (${printable(ran.trap)})`}, ${Number(ran.fuel).toLocaleString('en-US')} fuel, ${(ran.wallMs / 1000).toFixed(1)} s; a use is charged ${ran.bits} bits, whatever leaves`,
    facts(
      ran.reasons.map(reason => [reason.name, reasonsSentence(reason)] as const),
      style,
    ),
    ...blocks.flatMap(block => ['', block]),
    ...tellSaid('stdout', ran.stdout, style),
    ...tellSaid('stderr', ran.stderr, style),
  ].join('\n');
}

function tellWeights(weights: NonNullable<ReturnType<typeof weightsOf>>, style: Style): string {
  if (weights.length === 0) return 'Every weight is zero.';
  const more = weights.length - WEIGHTS_SHOWN;
  return [
    table(
      ['WEIGHT', 'CLASS', 'COLUMN', 'WORD'],
      weights
        .slice(0, WEIGHTS_SHOWN)
        .map(({ weight, class: label, column, word }) => [weight.toFixed(3), label, column, word ?? '']),
      style,
    ),
    ...(more > 0 ? [style.dim(`and ${more} smaller ones`)] : []),
  ].join('\n');
}

/** Figures of a file that the gate wrote: names and numbers, those of groups by their column and word. */
function tellFigures(bytes: Uint8Array, style: Style): string {
  const { groups, overall, ...own } = JSON.parse(new TextDecoder().decode(bytes)) as {
    groups?: Record<string, unknown>[];
    overall?: Record<string, unknown>;
  };
  const rows = [
    ...figuresOf('', own),
    ...figuresOf('', overall ?? {}),
    ...(groups ?? []).flatMap(({ column, value, ...figures }) => figuresOf(`${column} = ${value}`, figures)),
  ];
  const more = rows.length - FIGURES_SHOWN;
  return [
    table(['FIGURE', 'VALUE', 'OF'], rows.slice(0, FIGURES_SHOWN), style),
    ...(more > 0 ? [style.dim(`and ${more} more`)] : []),
  ].join('\n');
}

function figuresOf(of: string, figures: Record<string, unknown>): [string, string, string][] {
  return Object.entries(figures)
    .filter(([name, value]) => name !== 'version' && (typeof value !== 'object' || value === null))
    .map(([name, value]) => [name, value === null ? 'none' : String(value), of]);
}

/** The last lines, which stay with the custodian. */
function tellSaid(name: string, said: string, style: Style): string[] {
  const lines = said.split('\n').filter(line => line.trim() !== '');
  if (lines.length === 0) return [];
  return [
    '',
    style.bold(`the end of ${name}, which leaves with nobody`),
    ...lines.slice(-LINES_SHOWN).map(line => `  ${printable(line)}`),
  ];
}
