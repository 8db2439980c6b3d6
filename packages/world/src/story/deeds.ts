import type { StudyRequest } from '@koinon/api';
import { utf8 } from '@koinon/protocol';
import { previewDataset, publishDataset } from '@koinon/services/custody';
import { COHORT_TARGET, syntheticCohort } from '@koinon/tabular';
import { smallProgram } from '../programs/smallProgram.ts';
import type { World } from '../world.ts';

const ROWS = 800;

/** The hospital takes a small table into custody, which its auditor may see; the dataset's id. */
export async function publishCohort(world: World): Promise<bigint> {
  const { node } = world.member('hospital');
  const request = {
    csv: utf8.encode(syntheticCohort({ rows: ROWS, seed: 7 })),
    ...{ target: COHORT_TARGET, publicShare: 0.2, heldBackShare: 0.2 },
  };
  const seed = node.ports.random();
  const { publicRows } = previewDataset({ ...request, minGroupRows: 10 }, seed, { show: 0 });
  const published = await publishDataset(node.ports, node.port('custody').datasets, {
    ...request,
    ...{ name: 'cohort', description: 'A synthetic cohort.', license: 'https://example.org/license' },
    ...{ seed, consent: publicRows?.consent, autoApprove: true },
    policy: {
      ...{ minGroupRows: 10, weightBits: 8, ratePermille: 5, groups: ['sex'], opaqueBits: 0 },
      ...{ outputs: { model: 1, metrics: 1, evaluation: 1 }, publicInputs: [], candidates: true },
      bits: { job: 2_000, requesterYear: 100_000, year: 100_000, total: 100_000 },
      ...{ maxUses: 10, token: world.chain.deployment.token, amount: 10n ** 17n, dryRunAmount: 10n ** 16n },
      ...{ auditors: [world.operatorOf('inspector')], maxFuel: 1e12, maxRunMs: 60_000 },
    },
  });
  return published.dataset.id;
}

/** A run on rows that nobody else sees. */
export async function privateStudy(world: World, dataset: bigint): Promise<StudyRequest> {
  return {
    ...{ kind: 'run', program: await programAt(world), purpose: 'Count.' },
    inputs: [{ name: 'table.safetensors', source: { dataset, rows: 'training' } }],
    params: { target: COHORT_TARGET },
    outputs: [{ name: 'metrics.json', class: 'metrics', maxBytes: 4096 }],
  };
}

/** A run of three steps on public bytes, which are other ones for each number. */
export async function publicStudy(world: World, number: number): Promise<StudyRequest> {
  const { blobs } = world.member('researcher').store;
  const cid = await blobs.put(utf8.encode(`public rows ${number}`), 'public');
  return {
    ...{ kind: 'run', program: await programAt(world), purpose: 'Count.' },
    inputs: [{ name: 'rows.bin', source: { cid } }],
    params: { steps: 3 },
    outputs: [{ name: 'table.bin', class: 'table', maxBytes: 4096 }],
  };
}

const programAt = (world: World) => world.member('researcher').store.blobs.put(smallProgram, 'public');
