import { evidenceRoutes, studiesRoutes } from '@koinon/api';
import type { Client } from '../client/createClient.ts';
import type { QuestionOf } from '../client/question.ts';

type Begin = QuestionOf<typeof studiesRoutes.begin>['body'];
type RunRequest = Extract<Begin, { kind: 'run' }>;
/** A job: a program, by its name (CID) or as WebAssembly, what it reads, and what it may let out. */
export interface RunParameters extends Omit<RunRequest, 'kind' | 'program' | 'params' | 'purpose'> {
  program: string | Uint8Array;
  params?: RunRequest['params'];
  purpose?: string;
}

/**
 * Begins one job of any program, on public inputs at a stranger's node or on a dataset at its custodian: the id of the study,
 * at once. Throws what `Client.call` throws.
 *
 * @example
 * const { id } = await koinon.run({
 *   program,
 *   inputs: [{ name: 'table.safetensors', source: { cid: table } }],
 *   params: { target: 'heart_disease' },
 *   outputs: [{ name: 'metrics.json', class: 'metrics', maxBytes: 65_536 }],
 * });
 * const { outputs } = await koinon.result(id);
 * console.log(outputs.map(({ name, size }) => `${name}: ${size} bytes`));
 */
export async function run(
  client: Client,
  { program, params = {}, purpose = 'A public job.', ...request }: RunParameters,
): Promise<{ id: string }> {
  const cid =
    typeof program === 'string'
      ? program
      : (await client.call(evidenceRoutes.keepBlob, { body: program })).cid;
  return client.call(studiesRoutes.begin, {
    body: { kind: 'run', program: cid, params, purpose, ...request },
  });
}
