import type { StudyRequest } from '@koinon/api';
import { utf8 } from '@koinon/protocol';
import { COHORT_TARGET, syntheticCohort } from '@koinon/tabular';
import { smallProgram } from '@koinon/world';
import type { SeededNetwork } from './seededNetwork.ts';

export async function privateStudy(network: SeededNetwork): Promise<StudyRequest> {
  const dataset = await network.publish(syntheticCohort({ rows: 800, seed: 7 }), COHORT_TARGET);
  return {
    kind: 'run',
    program: await network.member('researcher').store.blobs.put(smallProgram, 'public'),
    inputs: [{ name: 'table.safetensors', source: { dataset: dataset.id, rows: 'training' } }],
    params: { target: COHORT_TARGET },
    outputs: [{ name: 'metrics.json', class: 'metrics', maxBytes: 4096 }],
    purpose: 'Count.',
  };
}

export async function publicStudy(network: SeededNetwork): Promise<StudyRequest> {
  const { blobs } = network.member('researcher').store;
  return {
    kind: 'run',
    program: await blobs.put(smallProgram, 'public'),
    inputs: [{ name: 'rows.bin', source: { cid: await blobs.put(utf8.encode('public rows'), 'public') } }],
    params: {},
    outputs: [{ name: 'table.bin', class: 'table', maxBytes: 4096 }],
    purpose: 'Count.',
  };
}
