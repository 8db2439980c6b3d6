import { isRebuilt } from '@koinon/privacy';
import { outputOf } from '@koinon/protocol';
import { readBlob } from '../blob.ts';
import { type Check, failed, ok, skipped } from '../check.ts';
import { boundBy } from './checkBound.ts';
import type { JobContext } from './context.ts';

/** That each file that left is one the gate can have written: nothing in it is the program's own. */
export async function* checkRebuilt(context: JobContext): AsyncGenerator<Check> {
  const { evidence, check, manifest, terms, sources } = context;
  if (!manifest?.private || !terms) return;
  const { policy, description } = terms;
  for (const { name, size, cid } of evidence.outputs) {
    const declared = outputOf(manifest, name, size);
    if (!declared) continue;
    const artefactClass = declared.class;
    yield await check(
      `rebuilt.${name}`,
      `The gate wrote the file ${name} anew: nothing else is in it.`,
      async () => {
        if (artefactClass === 'table') {
          return skipped(
            'It left as its program wrote it, as the owner’s rules allow; all its bits are counted.',
          );
        }
        if (!policy || policy === 'wrong' || !description) {
          return skipped('Rules and record, which say what the gate can write, are not at hand here.');
        }
        const bytes = await readBlob(sources, cid);
        if (!bytes) return skipped('The file is not at hand here.');
        if (isRebuilt(bytes, artefactClass, { policy, manifest, description })) {
          return ok('Read and written anew here, it is the same bytes.');
        }
        // With the bound that was granted it is the record of then; with another one, a newer record, and proves nothing.
        const isOtherRecord = BigInt(boundBy(terms, manifest)?.bits ?? 0) !== evidence.grant?.message.bits;
        if (terms.isRecordOfToday && isOtherRecord) {
          return skipped(
            'By the record on chain today it is not; the file may have been written by an older one.',
          );
        }
        return failed(
          'Something left that the gate cannot have written.',
          'A program, or the custodian, may have hidden private rows in it.',
        );
      },
    );
  }
}
