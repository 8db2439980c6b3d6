import { stepName, stepResults, type TrainRequest } from '@koinon/api';
import { type Cid, type JobEvidence, KoinonError, type Manifest } from '@koinon/protocol';
import { decodeTable } from '@koinon/tabular';
import { chooseProvider } from './chooseProvider.ts';
import { performJob } from './job/performJob.ts';
import { keepManifest } from './keepManifest.ts';
import type { DatasetFacts } from './lookUpDataset.ts';
import type { StudyServices } from './services.ts';
import { EVALUATION_FUEL, evaluationManifest, predictionManifest } from './trainingManifests.ts';

/** Columns with more values than this are not broken down by group unless asked for. */
const GROUPS_MAX = 12;

/** Predictions and metrics on public rows, at a provider that is not the custodian of the rows the model was trained on. */
export async function testInPublic(
  services: StudyServices,
  study: string,
  test: { request: TrainRequest; dataset: DatasetFacts; target: string; model: Cid; testTable: Cid },
  signal: AbortSignal,
): Promise<{ data: Cid; predictions: JobEvidence; metrics: JobEvidence }> {
  const { ports, workflows } = services;
  const { request, dataset, target, model, testTable } = test;
  const { token, minGroupRows } = dataset.policy;
  const { provider, maxAmount } = await workflows.step(
    study,
    'evaluator',
    stepResults.evaluator,
    () =>
      chooseProvider(ports, { fuel: BigInt(EVALUATION_FUEL), token, barred: [dataset.custodian] }, signal),
    signal,
  );
  const least = request.auditRatePpm === undefined ? {} : { leastAuditRatePpm: request.auditRatePpm };
  const evaluate = async (
    job: 'predict' | 'measure',
    make: () => Promise<Manifest>,
  ): Promise<JobEvidence> => {
    const manifest = await keepManifest(services, study, stepName(job, 'manifest'), make, signal);
    return performJob(
      ports,
      services,
      study,
      job,
      { provider, manifest: manifest.bytes, token, maxAmount, assurance: 'replay', ...least },
      signal,
    );
  };
  const draw = () => ({ seed: ports.random(), timeMs: ports.clock.nowMs() });
  const predictions = await evaluate('predict', async () => predictionManifest(draw(), model, testTable));
  const metrics = await evaluate('measure', async () =>
    evaluationManifest(
      services,
      draw(),
      { predictions: outputOf(predictions, 'predictions.safetensors'), testTable },
      {
        target,
        groupBy: request.groupBy ?? groupColumns((await ports.store.blobs.get(testTable))!, target),
        minGroupRows,
      },
    ),
  );
  return { data: testTable, predictions, metrics };
}

/** Category columns of the table with few enough values to be looked at by group; not the target. */
function groupColumns(table: Uint8Array, target: string): string[] {
  return decodeTable(table)
    .columns.flatMap(column =>
      column.type === 'category' && column.name !== target && column.dictionary.length <= GROUPS_MAX
        ? [column.name]
        : [],
    )
    .slice(0, 8);
}

function outputOf(evidence: JobEvidence, name: string): Cid {
  const file = evidence.outputs.find(output => output.name === name);
  if (file) return file.cid;
  throw new KoinonError({
    code: 'K_OUTPUT_MISSING',
    message: `The job ended without "${name}".`,
    fault: 'user',
    data: { exitCode: evidence.opening?.exitCode },
    next: 'Check that the public rows have the columns the model was trained on.',
  });
}
