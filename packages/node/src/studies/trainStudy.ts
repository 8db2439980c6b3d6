import {
  type Cid,
  digestOfCid,
  type JobEvidence,
  KoinonError,
  type Manifest,
  type Passport,
  passportSchema,
  schema,
  toWire,
} from '@koinon/protocol';
import { decodeTable } from '@koinon/tabular';
import { z } from 'zod';
import { minedSchema } from '../durable/workflow.ts';
import { nowSeconds } from '../ports/clock.ts';
import { performJob } from '../request/performJob.ts';
import { chooseProvider, providerStep } from './chooseProvider.ts';
import { keepManifest } from './keepManifest.ts';
import { datasetStep, lookUpDataset } from './lookUpDataset.ts';
import { obtainGrant } from './obtainGrant.ts';
import type { StudyServices } from './services.ts';
import type { TrainRequest } from './studyBook.ts';

/** Most fuel an evaluation job may use; providers quote for it. */
const EVALUATION_FUEL = 20_000_000_000;
const MODEL_MAX_BYTES = 16 * 2 ** 20;
const METRICS_MAX_BYTES = 2 ** 20;
const PREDICTIONS_MAX_BYTES = 64 * 2 ** 20;
const MEMORY_PAGES = 4096;
const CALL_DEPTH = 512;
/** Columns with more values than this are not broken down by group unless asked for. */
const GROUPS_MAX = 12;

/**
 * The main job: train on data nobody sees, evaluate the model on public rows at a stranger's node, register it with its
 * passport, and serve it. Durable step by step.
 */
export async function trainStudy(
  services: StudyServices,
  study: string,
  request: TrainRequest,
  signal: AbortSignal,
): Promise<void> {
  const { ports, workflows, catalogue, programs } = services;
  const { store, clock, random, chain } = ports;
  const step = <S extends z.ZodType>(
    name: string,
    resultSchema: S,
    run: () => Promise<z.input<S> | z.output<S>>,
  ) => workflows.step(study, name, resultSchema, run, signal);

  const dataset = await step('dataset', datasetStep, () => lookUpDataset(ports, request.dataset, signal));
  const target = request.target ?? dataset.target;
  const testTable = request.testTable ?? dataset.publicTable;
  if (!target) throw missing('the column to predict', '--target COLUMN');
  if (!testTable) throw missing('public rows to test on', '--test FILE.csv');

  const training = await keepManifest(
    services,
    study,
    'train',
    async () => ({
      ...baseManifest(clock.nowMs(), random()),
      executor: 'wasm',
      profile: 'koinon-det-1',
      program: request.program ?? shipped(programs, 'tabular-logistic'),
      inputs: [
        {
          name: 'table.safetensors',
          source: { dataset: { id: dataset.id, contentRoot: dataset.contentRoot } },
        },
      ],
      params: { target, ...request.params },
      limits: limitsOf(dataset.policy.maxFuel, MODEL_MAX_BYTES + METRICS_MAX_BYTES),
      outputs: [
        { name: 'metrics.json', class: 'metrics', maxBytes: METRICS_MAX_BYTES },
        { name: 'model.onnx', class: 'model', maxBytes: MODEL_MAX_BYTES },
      ],
      private: true,
    }),
    signal,
  );
  const grant = await obtainGrant(services, study, dataset, training, request.purpose, signal);
  const trained = await performJob(
    ports,
    services,
    study,
    'train',
    {
      provider: dataset.custodian,
      manifest: training.bytes,
      grant,
      token: dataset.policy.token,
      maxAmount: grant.message.amount,
      assurance: 'owner-audited',
    },
    signal,
  );

  const { model } = await step('model', z.object({ model: schema.cid, size: z.number() }), async () => {
    const file = trained.outputs.find(output => output.name === 'model.onnx');
    if (!file) {
      throw new KoinonError({
        code: 'K_NO_MODEL',
        message: 'The program ended without a model that the gate let out; the custodian keeps its messages.',
        fault: 'user',
        next: 'Try the program on the mock of the dataset ("koinon data mock"), where you see everything.',
      });
    }
    // From here on the researcher lets others see what the gate released: evaluation and serving need it.
    const released = trained.outputs.map(({ cid }) => cid);
    for (const cid of [...released, ...(trained.verdict ? [trained.verdict] : [])])
      await store.blobs.publish(cid);
    return { model: file.cid, size: file.size };
  });

  const evaluator = await step('evaluator', providerStep, () =>
    chooseProvider(
      ports,
      { fuel: BigInt(EVALUATION_FUEL), token: dataset.policy.token, barred: [dataset.custodian] },
      signal,
    ),
  );
  const least = request.auditRatePpm === undefined ? {} : { leastAuditRatePpm: request.auditRatePpm };
  const evaluate = async (job: string, make: () => Promise<Manifest>): Promise<JobEvidence> => {
    const manifest = await keepManifest(services, study, job, make, signal);
    const { provider, token, maxAmount } = evaluator;
    return performJob(
      ports,
      services,
      study,
      job,
      { provider, manifest: manifest.bytes, token, maxAmount, assurance: 'replay', ...least },
      signal,
    );
  };
  const predictions = await evaluate('predict', async () => ({
    ...baseManifest(clock.nowMs(), random()),
    executor: 'onnx',
    profile: 'koinon-onnx-1',
    program: model,
    inputs: [{ name: 'table.safetensors', source: { cid: testTable } }],
    params: {},
    limits: limitsOf(EVALUATION_FUEL, PREDICTIONS_MAX_BYTES),
    outputs: [{ name: 'predictions.safetensors', class: 'table', maxBytes: PREDICTIONS_MAX_BYTES }],
    private: false,
  }));
  const metrics = await evaluate('measure', async () => ({
    ...baseManifest(clock.nowMs(), random()),
    executor: 'wasm',
    profile: 'koinon-det-1',
    program: shipped(programs, 'tabular-evaluate'),
    inputs: [
      { name: 'predictions.safetensors', source: { cid: outputOf(predictions, 'predictions.safetensors') } },
      { name: 'table.safetensors', source: { cid: testTable } },
    ],
    params: {
      target,
      groupBy: request.groupBy ?? groupColumns((await store.blobs.get(testTable))!, target),
      minGroupRows: dataset.policy.minGroupRows,
    },
    limits: limitsOf(EVALUATION_FUEL, METRICS_MAX_BYTES),
    outputs: [{ name: 'metrics.json', class: 'metrics', maxBytes: METRICS_MAX_BYTES }],
    private: false,
  }));

  const { passport } = await step('passport', z.object({ passport: schema.cid }), async () => {
    const { chainId, nodes, escrow, datasets } = ports.deployment;
    const value: Passport = {
      koinon: 'passport/1',
      name: request.name,
      model,
      publisher: ports.signer.address,
      createdAt: nowSeconds(clock),
      domains: { chainId, nodes, escrow, datasets },
      datasets: [
        {
          id: dataset.id,
          contentRoot: dataset.contentRoot,
          metadata: dataset.metadata,
          custodian: dataset.custodian,
        },
      ],
      training: trained,
      evaluations: [{ data: testTable, predictions, metrics }],
      parents: [],
    };
    passportSchema.parse(value);
    return { passport: await store.blobs.putNode(toWire(value), 'public') };
  });
  await step('registered', minedSchema, async () => {
    const digests = { model: digestOfCid(model), passport: digestOfCid(passport) };
    const known = await chain.models.get(digests.model);
    return known
      ? chain.models.amend(digests, { key: `amend:${digests.passport}` })
      : chain.models.register({ ...digests, parents: [] }, { key: `model:${digests.passport}` });
  });
  await step('served', z.object({ name: z.string(), version: z.number() }), async () => {
    const { name, version } = catalogue.add({
      name: request.name,
      model,
      passport,
      registeredAtMs: clock.nowMs(),
    });
    return { name, version };
  });
}

function baseManifest(timeMs: number, seed: Uint8Array): Pick<Manifest, 'koinon' | 'timeMs' | 'seed'> {
  return { koinon: 'manifest/1', timeMs, seed };
}

function limitsOf(fuel: number, outputBytes: number): Manifest['limits'] {
  return { fuel, stepFuel: fuel, memoryPages: MEMORY_PAGES, callDepth: CALL_DEPTH, outputBytes };
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

function shipped(programs: ReadonlyMap<string, Cid>, name: string): Cid {
  const cid = programs.get(name);
  if (cid) return cid;
  throw new KoinonError({
    code: 'K_PROGRAM_MISSING',
    message: `Program ${name} was not built.`,
    fault: 'bug',
  });
}

function missing(what: string, option: string): KoinonError {
  return new KoinonError({
    code: 'K_TRAIN_INCOMPLETE',
    message: `The dataset does not say ${what}.`,
    fault: 'user',
    next: `Give it with ${option}.`,
  });
}
