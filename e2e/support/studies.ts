import { evidenceRoutes, type Study, studiesRoutes } from '@koinon/api';
import { clientOf, type Parameters, previewTable, publishAsPreviewed, watchStudy } from '@koinon/cli/testing';
import type { QuestionOf } from '@koinon/sdk';
import type { StartedNetwork } from './startNetwork.ts';
import { within } from './until.ts';

/** What a study is begun with. */
export type StudyQuestion = QuestionOf<typeof studiesRoutes.begin>['body'];

/** What one use of a dataset costs, base units: a tenth of a KOIN. */
export const USE_AMOUNT = 10n ** 17n;
const SETTLING_MS = 120_000;

/**
 * Takes a table into the hospital's custody; every request for it is granted. A fifth of the rows, or the share that is
 * given, becomes public, with the yes of whoever runs the test. Answers the dataset's id.
 */
export async function publish(
  network: StartedNetwork,
  csv: Uint8Array,
  more: Record<string, string>,
): Promise<string> {
  const hospital = clientOf(network, 'hospital');
  const parameters: Parameters = {
    name: 'cohort',
    amount: USE_AMOUNT.toString(),
    auditor: network.node('hospital-audit').operator,
    autoApprove: 'true',
    publicShare: '0.2',
    ...more,
  };
  const preview = await previewTable(hospital, parameters, csv, 0);
  return (await publishAsPreviewed(hospital, parameters, csv, preview)).id;
}

/** Keeps bytes at the researcher's node for everyone, and names them. */
export async function offer(network: StartedNetwork, bytes: Uint8Array): Promise<string> {
  return (await clientOf(network, 'researcher').call(evidenceRoutes.keepBlob, { body: bytes })).cid;
}

/** Begins a study at the researcher's node and answers its id. */
export async function begin(network: StartedNetwork, request: StudyQuestion): Promise<string> {
  return (await clientOf(network, 'researcher').call(studiesRoutes.begin, { body: request })).id;
}

/** Has a study done; answers how it ended. */
export async function settle(network: StartedNetwork, request: StudyQuestion): Promise<Study> {
  const id = await begin(network, request);
  const settled = watchStudy(clientOf(network, 'researcher'), id, () => undefined);
  return within(`study ${id}`, SETTLING_MS, settled);
}
