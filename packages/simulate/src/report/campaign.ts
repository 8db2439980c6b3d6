import { cheaters } from '../cheaters/index.ts';
import type { SimulateOptions } from '../node/world.ts';
import { simulate } from '../simulate.ts';
import type { RunResult } from './runResult.ts';
import { type Summary, summarise } from './summary.ts';

/** Runs one seed after the other and adds them up; progress from 0 to 1. */
export async function campaign(
  seeds: readonly string[],
  options: Partial<SimulateOptions>,
  gasSnapshot: Readonly<Record<string, number>>,
  onProgress: (done: number, seed: string) => void = () => {},
): Promise<Summary> {
  const runs: RunResult[] = [];
  for (const [i, seed] of seeds.entries()) {
    const kinds = options.kinds ?? kindsOfRun(i);
    const progress = (done: number) => onProgress((i + done) / seeds.length, seed);
    runs.push(await simulate({ ...options, seed, kinds }, gasSnapshot, progress));
  }
  return summarise(runs);
}

/** Small networks hold few rings: each run takes other kinds first, so that all of them have their turn. */
function kindsOfRun(run: number): string[] {
  const names = cheaters.map(({ name }) => name);
  return [0, 1, 2, 3].map(i => names[(run + i * 5) % names.length]!);
}
