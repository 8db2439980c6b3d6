import { decodeNode, digestOfCid, type Passport } from '@koinon/protocol';
import { z } from 'zod';
import { findBlob } from '../blob.ts';
import { asked, type Check, type Checker, failed, ok, skipped } from '../check.ts';
import { NO_MANIFEST } from '../job/context.ts';
import { readManifest } from '../readManifest.ts';
import type { Sources } from '../sources.ts';
import { count, list, short } from '../words.ts';
import { outputCid, programDigest } from './manifestParts.ts';

/** What a record of a dataset must have to be held to its rows. */
const recordSchema = z.looseObject({ 'koinon:contentRoot': z.string() });

/** That this model is what came out of that training, on the data the passport names. */
export async function* checkTraining(
  passport: Passport,
  sources: Sources,
  check: Checker,
): AsyncGenerator<Check> {
  const { training, model } = passport;
  const manifest = await readManifest(training, sources);

  yield await check('model.trained', 'The model is the one that came out of the training.', () => {
    const trained = outputCid(training, 'model.onnx');
    return trained === model
      ? ok(`${short(model)}.`)
      : failed(
          `The training gave ${trained ? short(trained) : 'no model'}, the passport is for ${short(model)}.`,
          'Another model was put in its place.',
        );
  });
  yield await check('model.publisher', 'The model is published by whom the training was done for.', () => {
    const { requester } = training.order.message;
    return requester === passport.publisher
      ? ok(`${short(requester)}.`)
      : failed(
          `It was done for ${short(requester)}, ${short(passport.publisher)} publishes it.`,
          'Somebody claims a model of others.',
        );
  });
  yield await check('training.program', 'The training program is one that is known.', () => {
    if (!manifest) return skipped(NO_MANIFEST);
    const name = sources.programs?.get(programDigest(manifest));
    if (name) return ok(`${name}, ${short(manifest.program)}.`);
    return skipped(
      sources.programs
        ? `${short(manifest.program)} is not one of the programs shipped with this version of Koinon: read it before you rely on what it says it does.`
        : 'No list of known programs is at hand here.',
    );
  });
  yield await check(
    'training.data',
    'The training used the data that the passport names, and no other.',
    () => {
      if (!manifest) return skipped(NO_MANIFEST);
      const used = manifest.inputs.flatMap(({ source }) => ('dataset' in source ? [source.dataset] : []));
      const key = (id: string, root: string) => `${id} ${root}`;
      const named = new Set(passport.datasets.map(({ id, contentRoot }) => key(id, contentRoot)));
      const unnamed = used.filter(({ id, contentRoot }) => !named.has(key(id, contentRoot)));
      if (unnamed.length > 0) {
        return failed(
          `It used dataset ${list(unnamed.map(({ id }) => id))}, which the passport does not name so.`,
          'The passport hides where the model comes from.',
        );
      }
      if (named.size !== passport.datasets.length || used.length !== named.size) {
        return failed(
          'The passport names data that the training did not use.',
          'The model is made to look better founded than it is.',
        );
      }
      const stranger = passport.datasets.find(
        ({ custodian }) => custodian !== training.order.message.provider,
      );
      return stranger
        ? failed(
            `The training ran at ${short(training.order.message.provider)}, not at the custodian ${short(stranger.custodian)}.`,
            'The rows would have left their custodian.',
          )
        : ok(`${count(used.length, 'dataset')}: ${list(used.map(({ id }) => id))}.`);
    },
  );
  yield await check('training.rows', 'The training read the rows meant for it and none held back.', () => {
    if (!manifest) return skipped(NO_MANIFEST);
    const seen = manifest.inputs.some(
      ({ source }) => 'dataset' in source && source.dataset.rows === 'held-back',
    );
    return seen
      ? failed(
          'It read rows that were held back.',
          'The model has seen the rows it is tested on, so the test shows nothing.',
        )
      : ok('Only rows to train on.');
  });
  for (const { id, contentRoot, metadata } of passport.datasets) {
    yield await check(
      `dataset.${id}.metadata`,
      `The description of dataset ${id} is the one on chain.`,
      async () => {
        const found = await findBlob(sources, metadata);
        if (found.state === 'wrong') {
          return failed(`The bytes given as ${short(metadata)} are others.`, 'The description was altered.');
        }
        if (found.state === 'right' && rootOf(found.bytes) !== contentRoot) {
          return failed('It describes other rows than those of the passport.', 'It was exchanged.');
        }
        const { dataset } = sources;
        if (!dataset || !/^[0-9]{1,78}$/.test(id)) return skipped('The chain was not asked.');
        const record = await asked(() => dataset(BigInt(id)));
        if (!record) return failed(`The chain knows no dataset ${id}.`, 'Nobody has published such data.');
        return record.metadataDigest.toLowerCase() === digestOfCid(metadata)
          ? ok(`${short(metadata)}.`)
          : skipped(
              `The chain names ${short(record.metadataDigest)} now: its owner has written a new one, or the passport names a wrong one.`,
            );
      },
    );
  }
}

/** The content a record says it describes. */
function rootOf(bytes: Uint8Array): unknown {
  return recordSchema.parse(decodeNode(bytes))['koinon:contentRoot'];
}
