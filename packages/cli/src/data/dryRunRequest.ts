import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { custodyRoutes } from '@koinon/api';
import { requireOwnTerms } from '@koinon/sdk';
import { chooseNode } from '../api/chooseNode.ts';
import type { Surroundings } from '../commands/surroundings.ts';
import { koin } from '../terminal/amounts.ts';
import { printResult } from '../terminal/printResult.ts';
import { styleFor } from '../terminal/style.ts';
import { saidOf } from './findDataset.ts';
import { beginningOf, lookAtRequest } from './findRequest.ts';
import { tellDryRun } from './tellDryRun.ts';

/** Runs what is asked on the owner's own rows and shows her what would leave. Nothing does. */
export async function dryRunRequest(
  surroundings: Surroundings,
  beginning: string,
  { out }: { out?: string },
): Promise<void> {
  const { client } = chooseNode(surroundings, 'hospital');
  const shown = await lookAtRequest(client, beginning);
  requireOwnTerms(shown);
  const dataset = await client.call(custodyRoutes.dataset, {
    params: { id: shown.request.message.dataset },
  });
  const { stderr, environment } = surroundings;
  const fee = saidOf(dataset)?.policy.dryRunAmount;
  const costs = fee === undefined ? 'a fee' : `${koin(fee)} KOIN`;
  stderr.write(
    `${styleFor(stderr, environment).yellow('note')} A look counts one bit, since your answer may follow from it, and costs who asks ${costs} with the first use. It is for your eyes only.\n`,
  );
  const ran = await client.call(custodyRoutes.dryRun, { params: { digest: shown.digest } });
  const files = ran.files.map(({ name, base64 }) => ({ name, bytes: Buffer.from(base64, 'base64') }));
  if (out !== undefined) {
    await mkdir(out, { recursive: true });
    for (const { name, bytes } of files) await writeFile(join(out, name), bytes);
  }
  const value = { request: shown.digest, ...ran, ...(out === undefined ? {} : { folder: out }) };
  printResult(surroundings, value, style =>
    [
      tellDryRun(ran, files, { dataset, target: shown.manifest.params['target'] }, style),
      '',
      out === undefined
        ? style.dim(`Keep the files: koinon data dry-run ${beginningOf(shown.digest)} --out FOLDER`)
        : style.dim(`The files are in ${out}.`),
    ].join('\n'),
  );
}
