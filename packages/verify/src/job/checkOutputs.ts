import { BLOB_CHUNK_BYTES, cidOfBytes, cidOfDigest, RAW, sha256, toHex } from '@koinon/protocol';
import { findBlob } from '../blob.ts';
import { type Check, failed, ok, skipped } from '../check.ts';
import { short, size } from '../words.ts';
import { type JobContext, NO_MANIFEST } from './context.ts';

/** The files that left: allowed by the description, and with the bytes they are said to have. */
export async function* checkOutputs(context: JobContext): AsyncGenerator<Check> {
  const { evidence, check, sources, manifest } = context;

  yield await check(
    'outputs.declared',
    'Only files left that the description allows, none larger than it says.',
    () => {
      if (!manifest) return skipped(NO_MANIFEST);
      const stray = evidence.outputs.find(file => {
        const declared = manifest.outputs.find(output => output.name === file.name);
        return declared === undefined || file.size > declared.maxBytes;
      });
      if (stray) {
        return failed(
          `${stray.name} (${size(stray.size)}) is not among them, or too large.`,
          'Something left that nobody agreed to.',
        );
      }
      const names = evidence.outputs.map(file => file.name);
      return new Set(names).size === names.length
        ? ok(`${names.length} of ${manifest.outputs.length} allowed.`)
        : failed('A file stands in the list twice.', 'Readers could take the wrong one.');
    },
  );
  for (const file of evidence.outputs) {
    yield await check(
      `output.${file.name}`,
      `The file ${file.name} has the bytes that were signed for.`,
      async () => {
        const isWhole = file.size <= BLOB_CHUNK_BYTES;
        if (isWhole && file.cid !== cidOfDigest(file.sha256, RAW)) {
          return failed(
            `Its name ${short(file.cid)} does not stand for the digest ${short(file.sha256)}.`,
            'The link leads to another file than the one signed for.',
          );
        }
        const found = await findBlob(sources, file.cid);
        if (found.state === 'missing') return skipped(`${short(file.cid)} is not at hand here.`);
        if (found.state === 'wrong') {
          return failed(`The bytes given as ${short(file.cid)} are others.`, 'The file was altered.');
        }
        const { bytes } = found;
        if (
          bytes.length !== file.size ||
          toHex(sha256(bytes)) !== file.sha256 ||
          cidOfBytes(bytes) !== file.cid
        ) {
          return failed('Its size or digest is not the one signed for.', 'It is another file.');
        }
        return ok(`${short(file.cid)}, ${size(file.size)}.`);
      },
    );
  }
}
