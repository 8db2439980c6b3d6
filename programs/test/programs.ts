import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildPrograms } from '../scripts/build.ts';
import { type Ran, runProgram } from './wasiHost.ts';

await buildPrograms();

/** Runs a shipped program on `params` and the files given beside them. */
export function run(name: string, params: unknown, inputs: Record<string, Uint8Array>): Promise<Ran> {
  const module = readFileSync(join(import.meta.dirname, '..', 'build', `${name}.wasm`));
  return runProgram(module, { 'params.json': json(params), ...inputs });
}

/** The parsed metrics.json of a run that went well. */
export function metricsOf<T>(ran: Ran): T {
  if (ran.exitCode !== 0) throw new Error(`exit ${ran.exitCode}: ${ran.stderr}`);
  return JSON.parse(Buffer.from(ran.outputs.get('metrics.json')!).toString()) as T;
}

function json(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}
