import { cidOfDigest, DAG_CBOR, decodeManifest, digestOfCid } from '@koinon/protocol';
import { findBlob } from '../blob.ts';
import { type Check, failed, ok, skipped } from '../check.ts';
import { publicSource } from '../readManifest.ts';
import { count, short, size } from '../words.ts';
import type { JobContext } from './context.ts';

/** The description of the job: its bytes, and that order and receipt are about it and nothing else. */
export async function* checkManifest(context: JobContext): AsyncGenerator<Check> {
  const { evidence, check, sources } = context;
  const name = evidence.manifest;
  const digest = digestOfCid(name);

  yield await check(
    'manifest.bytes',
    'The description of the job is the one its name stands for.',
    async () => {
      if (name !== cidOfDigest(digest, DAG_CBOR)) {
        return failed(`${name} is not the name of a description.`, 'The evidence was put together wrongly.');
      }
      const found = await findBlob(sources, name);
      if (found.state === 'missing') {
        return failed(
          `The description ${short(name)} is missing.`,
          'Without it nobody can tell what was signed for: get the evidence with all its files.',
        );
      }
      if (found.state === 'wrong') {
        return failed(
          `The bytes given as ${short(name)} are others.`,
          'Somebody altered the description of what was run.',
        );
      }
      const { program, inputs, limits } = decodeManifest(found.bytes);
      return ok(
        `Program ${short(program)} on ${count(inputs.length, 'input')}, at most ${limits.fuel} fuel and ${size(limits.outputBytes)} of output.`,
      );
    },
  );
  yield await check('manifest.ordered', 'The order asks for exactly this description.', () =>
    evidence.order.message.manifest === digest
      ? ok(`The order names ${short(digest)}.`)
      : failed(
          `The order names another description, ${short(evidence.order.message.manifest)}.`,
          'What is shown here is not what was ordered.',
        ),
  );
  yield await check('manifest.done', 'The receipt is for exactly this description.', () =>
    evidence.receipt.message.manifest === digest
      ? ok(`The receipt names ${short(digest)}.`)
      : failed(
          `The receipt names another description, ${short(evidence.receipt.message.manifest)}.`,
          'What is shown here is not what was run.',
        ),
  );
}

/** The program and the public inputs, where they can be had. */
export async function* checkInputs(context: JobContext): AsyncGenerator<Check> {
  const { manifest, check, sources } = context;
  if (!manifest) return;
  const files = [
    { id: 'program', what: 'The program', cid: manifest.program },
    ...manifest.inputs.flatMap(({ name, source }) => {
      const cid = publicSource(source);
      return cid ? [{ id: `input.${name}`, what: `The public input ${name}`, cid }] : [];
    }),
  ];
  for (const { id, what, cid } of files) {
    yield await check(id, `${what} has the bytes the description names.`, async () => {
      const found = await findBlob(sources, cid);
      if (found.state === 'missing') return skipped(`${short(cid)} is not at hand here.`);
      if (found.state === 'wrong') {
        return failed(`The bytes given as ${short(cid)} are others.`, 'What is shown is not what was used.');
      }
      return ok(`${short(cid)}, ${size(found.bytes.length)}.`);
    });
  }
}
