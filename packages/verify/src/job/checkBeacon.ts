import type { Hex } from '@koinon/protocol';
import { asked, failed, type Outcome, ok, skipped } from '../check.ts';
import type { Sources } from '../sources.ts';
import { short } from '../words.ts';

/** What a lot says it was drawn from. */
export interface DrawnFrom {
  beaconRound: bigint;
  beacon: Hex;
}

/** Compares a round and its value with the beacon: it must be the first round nobody could know at the anchor. */
export async function compareBeacon(
  { beacon: source }: Pick<Sources, 'beacon'>,
  anchorBlock: number,
  { beaconRound, beacon }: DrawnFrom,
): Promise<Outcome> {
  if (!source) return skipped(`Said to be round ${beaconRound} of the beacon; the chain was not asked.`);
  const first = await asked(() => source.roundAfter(anchorBlock));
  if (first !== beaconRound) {
    return failed(
      `It was taken from round ${beaconRound}; the first that nobody could know when the log was anchored is ${first}.`,
      'Somebody could have waited for one that suits.',
    );
  }
  const value = await asked(() => source.value(beaconRound));
  if (!value) return failed(`The beacon has no value for round ${beaconRound}.`, 'The number was made up.');
  return value.toLowerCase() === beacon
    ? ok(`Round ${beaconRound}, the first after the log was fixed in block ${anchorBlock}.`)
    : failed(
        `Round ${beaconRound} has the value ${short(value)}, not ${short(beacon)}.`,
        'The number was made up.',
      );
}
