import { type Step, type Study, studiesRoutes } from '@koinon/api';
import type { Client } from '../client/createClient.ts';
import type { FollowOptions } from '../events/followEvents.ts';

/** A step as it changed, or the study once it has settled. */
export type StudyEvent = { event: 'step'; data: Step } | { event: 'study'; data: Study };

/** How a study is watched: until when, how patiently, and who hears that the connection broke off. */
export type WatchOptions = Pick<FollowOptions<never>, 'signal' | 'tries' | 'onConnection'>;

/**
 * The steps of a study from the first on, each once for every status it takes, and last the study as it settled. Throws as
 * `Client.watch` does; the signal ends the watching, not the study.
 */
export async function* watchStudy(
  client: Pick<Client, 'watch'>,
  id: string,
  options: WatchOptions = {},
): AsyncGenerator<StudyEvent, void, undefined> {
  const told = new Map<string, string>();
  const events = client.watch(
    studiesRoutes.events,
    { params: { id } },
    { ...options, isLast: ({ event }) => event === 'study' },
  );
  for await (const each of events) {
    if (each.event === 'step') {
      const { name, ...rest } = each.data;
      const now = JSON.stringify(rest);
      // A node that cannot take a stream up where it was tells all of it again.
      if (told.get(name) === now) continue;
      told.set(name, now);
    }
    yield each;
  }
}
