import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { evidenceRoutes } from '@koinon/api';
import { isNamedBy, KoinonError } from '@koinon/protocol';
import { chooseNode } from '../api/chooseNode.ts';
import type { Surroundings } from '../commands/surroundings.ts';
import { byteCount } from '../terminal/amounts.ts';
import { printResult } from '../terminal/printResult.ts';
import { createProgress } from '../terminal/progress.ts';
import { getModel } from './getModel.ts';
import { parseModelName } from './modelName.ts';

/** Fetches a model and its passport; a byte that is not what the digests name is refused before anything is written. */
export async function pullModel(
  surroundings: Surroundings,
  reference: string,
  options: { output: string },
): Promise<void> {
  const wanted = parseModelName(reference);
  const { client } = chooseNode(surroundings, 'researcher');
  const { model } = await getModel(client, wanted);
  const progress = createProgress(surroundings);
  progress.doing('fetching');
  const files = await Promise.all(
    [
      { cid: model.model, path: join(options.output, `${model.name}.onnx`) },
      { cid: model.passport, path: join(options.output, `${model.name}.passport`) },
    ].map(async file => {
      const bytes = await client.call(evidenceRoutes.blob, { params: { cid: file.cid } });
      if (isNamedBy(bytes, file.cid)) return { ...file, bytes };
      throw new KoinonError({
        code: 'K_BLOB_DIFFERS',
        message: `The node sent other bytes than ${file.cid} names.`,
        fault: 'peer',
        next: 'Fetch the model from another node.',
      });
    }),
  ).finally(progress.stop);
  await mkdir(options.output, { recursive: true });
  for (const { path, bytes } of files) await writeFile(path, bytes);
  printResult(
    surroundings,
    {
      name: model.name,
      version: model.version,
      files: files.map(({ path, cid, bytes }) => ({ path, cid, size: bytes.length })),
    },
    style =>
      [
        ...files.map(
          ({ path, bytes }) => `${style.green('✓')} ${path}  ${style.dim(byteCount(bytes.length))}`,
        ),
        style.dim('The .onnx runs in any onnxruntime; the .passport is dag-cbor.'),
      ].join('\n'),
  );
}
