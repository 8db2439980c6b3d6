import { canonicalJson, type Hex, sha256, toHex, toWire, utf8 } from '@koinon/protocol';
import { cheaters } from '../cheaters/index.ts';
import type { RingResult, RunResult } from './runResult.ts';
import { type Trial, zOf } from './score.ts';

/** One kind of cheater over all runs. Amounts in KOIN. */
export interface Row {
  kind: string;
  rings: number;
  /** Chances to be caught. */
  trials: number;
  /** Mean of the formula over those. */
  predicted: number;
  measured: number;
  /** Standard error of `measured`, were the formula right. */
  error: number;
  z: number;
  convicted: number;
  /** Medians over convicted rings. */
  minutesToConviction: number | undefined;
  gasToConviction: number | undefined;
  /** Means of a ring: what was paid to it for nothing, and what it has more than before, that included. */
  stolenKoin: number;
  netKoin: number;
}

export interface Summary {
  runs: number;
  nodes: number;
  jobs: number;
  rows: Row[];
  honestConvicted: number;
  /** KOIN of stake that honest nodes lost. */
  honestLossKoin: number;
  honestLosses: string[];
  unfinished: number;
  gasPerJob: number;
  refused: Array<[string, number]>;
  /** sha-256 of everything above: equal seeds, equal digest. */
  digest: Hex;
}

export function summarise(runs: readonly RunResult[]): Summary {
  const losses = runs.flatMap(({ honestLosses, seed }) => honestLosses.map(loss => ({ ...loss, seed })));
  const trials = runs.flatMap(run => run.trials);
  const rings = runs.flatMap(run => run.rings);
  const sum = (of: (run: RunResult) => number) => runs.reduce((all, run) => all + of(run), 0);
  const jobs = sum(run => run.jobs);
  const summary = {
    runs: runs.length,
    nodes: sum(run => run.nodes),
    jobs,
    rows: cheaters
      .map(({ name }) => rowOf(name, ofKind(trials, name), ofKind(rings, name)))
      .filter(row => row.rings > 0),
    honestConvicted: losses.filter(({ convicted }) => convicted).length,
    honestLossKoin: losses.reduce((all, { lost }) => all + koin(lost), 0),
    honestLosses: losses.map(({ seed, node, lost }) => `seed ${seed}: ${node} lost ${koin(lost)} KOIN`),
    unfinished: sum(run => run.unfinished),
    gasPerJob: jobs === 0 ? 0 : sum(run => Number(run.totalGas)) / jobs,
    refused: merged(runs),
  };
  return { ...summary, digest: toHex(sha256(utf8.encode(canonicalJson(toWire(summary))))) };
}

function rowOf(kind: string, trials: Trial[], rings: RingResult[]): Row {
  const count = trials.length;
  const convicted = rings.filter(({ secondsToConviction }) => secondsToConviction !== undefined);
  const variance = trials.reduce((all, { predicted: p }) => all + p * (1 - p), 0);
  return {
    kind,
    rings: rings.length,
    trials: count,
    predicted: mean(trials.map(({ predicted }) => predicted)),
    measured: mean(trials.map(({ caught }) => (caught ? 1 : 0))),
    error: count === 0 ? 0 : Math.sqrt(variance) / count,
    z: zOf(trials),
    convicted: convicted.length,
    minutesToConviction: median(convicted.map(({ secondsToConviction }) => secondsToConviction! / 60)),
    gasToConviction: median(convicted.map(({ gasToConviction }) => Number(gasToConviction ?? 0n))),
    stolenKoin: mean(rings.map(({ stolen }) => koin(stolen))),
    netKoin: mean(rings.map(({ net }) => koin(net))),
  };
}

function ofKind<T extends { kind: string }>(items: readonly T[], kind: string): T[] {
  return items.filter(item => item.kind === kind);
}

function koin(amount: bigint): number {
  return Number(amount / 10n ** 12n) / 1e6;
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((a, b) => a + b, 0) / values.length;
}

function median(values: readonly number[]): number | undefined {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}

function merged(runs: readonly RunResult[]): Array<[string, number]> {
  const counts = new Map<string, number>();
  for (const { refused } of runs) {
    for (const [key, count] of refused) counts.set(key, (counts.get(key) ?? 0) + count);
  }
  return [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
}
