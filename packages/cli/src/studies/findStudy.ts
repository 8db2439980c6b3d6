import { type Study, studiesRoutes } from '@koinon/api';
import { KoinonError } from '@koinon/protocol/errors';
import type { Client } from '@koinon/sdk';
import { usageError } from '../terminal/usageError.ts';

/** The study whose id begins like this; `last` is the newest. Throws `K_STUDY_UNKNOWN`, `K_USAGE` when several do. */
export async function findStudy(client: Client, beginning: string): Promise<Study> {
  const { studies } = await client.call(studiesRoutes.list);
  const found =
    beginning === 'last' ? studies.slice(-1) : studies.filter(({ id }) => id.startsWith(beginning));
  if (found.length === 1) return found[0]!;
  if (found.length > 1) {
    throw usageError(`${found.length} studies begin with "${beginning}".`, 'Give more of the id.');
  }
  throw new KoinonError({
    code: 'K_STUDY_UNKNOWN',
    message: `No study here begins with "${beginning.slice(0, 40)}".`,
    fault: 'user',
    next: '"koinon jobs ls" lists them.',
  });
}
