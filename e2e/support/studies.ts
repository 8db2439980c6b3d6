import { z } from 'zod';
import { begunAnswer, type StudyRecord } from '../../packages/cli/src/api/answers.ts';
import { previewTable, publishAsPreviewed } from '../../packages/cli/src/data/publishTable.ts';
import { clientOf } from '../../packages/cli/src/start/runMainJob.ts';
import { watchStudy } from '../../packages/cli/src/studies/watchStudy.ts';
import type { StartedNetwork } from './startNetwork.ts';
import { within } from './until.ts';

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
  const parameters = {
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
  const answer = z.object({ cid: z.string() });
  return (await clientOf(network, 'researcher').post('/api/blobs', bytes, answer)).cid;
}

/** Begins a study at the researcher's node and answers its id. */
export async function begin(network: StartedNetwork, request: Record<string, unknown>): Promise<string> {
  return (await clientOf(network, 'researcher').post('/api/studies', request, begunAnswer)).id;
}

/** Has a study done; answers how it ended. */
export async function settle(
  network: StartedNetwork,
  request: Record<string, unknown>,
): Promise<StudyRecord> {
  const id = await begin(network, request);
  const settled = watchStudy(clientOf(network, 'researcher'), id, () => undefined);
  return within(`study ${id}`, SETTLING_MS, settled);
}
