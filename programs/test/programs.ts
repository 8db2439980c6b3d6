import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Limits } from '@koinon/runtime';
import { buildPrograms } from '../scripts/build.ts';
import { type Ran, runProgram } from './runProgram.ts';

await buildPrograms();

/** Runs a shipped program on `params` and the files given beside them. */
export function run(
  name: string,
  params: unknown,
  inputs: Record<string, Uint8Array>,
  limits: Partial<Limits> = {},
): Promise<Ran> {
  const module = readFileSync(join(import.meta.dirname, '..', 'build', `${name}.wasm`));
  return runProgram(module, params, inputs, limits);
}

/** The parsed metrics.json of a run that went well. */
export function metricsOf<T>(ran: Ran): T {
  if (ran.exitCode !== 0) throw new Error(`exit ${ran.exitCode}: ${ran.stderr}`);
  return JSON.parse(new TextDecoder().decode(ran.outputs.get('metrics.json'))) as T;
}
