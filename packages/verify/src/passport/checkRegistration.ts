import { type Cid, cidOfDigest, DAG_CBOR, digestOfCid, type Hex, type Passport } from '@koinon/protocol';
import { readBlob } from '../blob.ts';
import { asked, type Check, type Checker, failed, ok, skipped } from '../check.ts';
import type { Sources } from '../sources.ts';
import { short } from '../words.ts';
import { readPassport } from './readPassport.ts';

/** What the chain says of the model: who published it, and with which passport. */
export async function* checkRegistration(
  passport: Passport,
  cid: Cid,
  sources: Sources,
  check: Checker,
): AsyncGenerator<Check> {
  yield await check('model.registered', 'The chain names this passport for this model.', async () => {
    const ask = sources.model;
    if (!ask)
      return skipped(
        'The chain was not asked. Until it is, parts of this passport could have been left out.',
      );
    const record = await asked(() => ask.call(sources, digestOfCid(passport.model)));
    if (!record)
      return failed(
        'The chain does not know the model.',
        'Nobody has published it, so nobody vouches for its passport.',
      );
    if (record.publisher.toLowerCase() !== passport.publisher) {
      return failed(
        `${short(record.publisher)} published it, the passport says ${short(passport.publisher)}.`,
        'The passport was made by somebody else.',
      );
    }
    const digest = digestOfCid(cid);
    if (record.passport.toLowerCase() === digest) return ok(`Published by ${short(record.publisher)}.`);
    const other = await readPresent(record.passport, sources);
    const present = `The chain names ${cidOfDigest(record.passport, DAG_CBOR)} now${other ? `, made ${other.createdAt > passport.createdAt ? 'later' : 'earlier'} than this one` : ''}.`;
    if (record.earlier?.some(earlier => earlier.toLowerCase() === digest)) {
      return ok(`Published by ${short(record.publisher)} as an earlier passport. ${present}`);
    }
    // Without the chain's history an honest predecessor cannot be told from one that was made up afterwards.
    if (record.earlier === undefined && other !== undefined && other.createdAt > passport.createdAt) {
      return skipped(`${present} Whether it named this one before could not be asked.`);
    }
    return failed(
      present,
      'This one may leave something out, or was never published: check the one on chain.',
    );
  });
  for (const parent of passport.parents) {
    yield await check(`parent.${short(parent)}`, 'The model it was made from is published.', async () => {
      const ask = sources.model;
      if (!ask) return skipped('The chain was not asked.');
      return (await asked(() => ask.call(sources, parent)))
        ? ok(`${short(parent)}.`)
        : failed('The chain does not know it.', 'Nobody can tell where the model comes from.');
    });
  }
}

/** The passport the chain names instead, when its bytes are at hand. */
async function readPresent(digest: Hex, sources: Sources): Promise<Passport | undefined> {
  const bytes = await readBlob(sources, cidOfDigest(digest, DAG_CBOR));
  try {
    return bytes && readPassport(bytes);
  } catch {
    return undefined;
  }
}
