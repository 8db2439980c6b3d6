import { drawFiles } from '@koinon/privacy/testing';
import {
  type Cid,
  cidOfBlob,
  cidOfDigest,
  cidOfNode,
  DAG_CBOR,
  digestOfCid,
  encodeNode,
  type Hex,
  type JobEvidence,
  type Manifest,
  type Passport,
  sha256,
  toHex,
  toWire,
  utf8,
} from '@koinon/protocol';
import type { Check } from '../check.ts';
import type { ReplayResult, Sources } from '../sources.ts';
import { ChainTwin, LogTwin } from './chainTwin.ts';
import { type JobPlan, makeGrant, makeJob } from './makeJob.ts';
import { domains, parties } from './parties.ts';
import { rememberedSigner } from './rememberedSigner.ts';
import { CONTENT_ROOT, description, POLICY_DIGEST, policy, record } from './rules.ts';

/** A whole small network in memory, with one trained and judged model. */
export interface World {
  chain: ChainTwin;
  blobs: Map<Cid, Uint8Array>;
  log(operator: Hex): LogTwin;
  sources: Sources;
}

type Evaluation = Passport['evaluations'][number];

interface Judged<J extends string, E extends Evaluation> {
  world: World;
  plans: Record<J, JobPlan>;
  passport: Passport;
  /** The one evaluation in the passport. */
  evaluation: E;
  bytes: Uint8Array;
  cid: Cid;
}

/** A model judged on public rows. */
export type Study = Judged<'training' | 'predictions' | 'metrics', Extract<Evaluation, { data: Cid }>>;
/** A model judged on rows held back at the custodian. */
export type HeldBackStudy = Judged<'training' | 'metrics', Extract<Evaluation, { heldBack: string }>>;

/** What each plan of a study becomes before it is carried out. */
export type Changes<J extends string> = Partial<Record<J, (plan: JobPlan) => Partial<JobPlan>>>;

const PROGRAMS = ['tabular-logistic', 'tabular-evaluate'] as const;
const programs = new Map(PROGRAMS.map(name => [name, utf8.encode(`program ${name}`)]));

function makeWorld(): World {
  const chain = new ChainTwin();
  const blobs = new Map<Cid, Uint8Array>();
  const logs = new Map<Hex, LogTwin>();
  for (const bytes of programs.values()) blobs.set(cidOfBlob(bytes), bytes);
  const log = (operator: Hex): LogTwin => {
    const known = logs.get(operator) ?? new LogTwin(operator, 4);
    logs.set(operator, known);
    return known;
  };
  const sources: Sources = {
    recover: rememberedSigner,
    blob: async cid => blobs.get(cid),
    anchor: async (operator, size) => chain.firstAnchor(operator, size),
    dataset: async id => chain.datasets.get(id),
    model: async digest => chain.models.get(digest),
    block: async number => chain.block(number),
    beacon: {
      roundAfter: async block => BigInt(block + 1),
      value: async round => chain.block(Number(round)).hash,
    },
    court: async statement => chain.findings.get(statement),
    candidates: async draw => chain.candidates(draw),
    totalStake: async () => chain.stakes.reduce((sum, { stake }) => sum + stake, 0n),
    replay: async ({ manifest, program, inputs }) => runTwin(manifest, [program, ...inputs.values()]),
    domains,
    programs: new Map([...programs].map(([name, bytes]) => [toHex(sha256(bytes)), name])),
  };
  return { chain, blobs, log, sources };
}

/**
 * The twin of an executor: outputs, fuel and trace follow from the manifest and the bytes, and from nothing else. Of private
 * work the outputs are those that leave: files as the gate writes them.
 */
export function runTwin(manifest: Manifest, files: readonly Uint8Array[]): ReplayResult {
  const seed = sha256(manifest.seed, ...files);
  const seen = toHex(seed);
  return {
    exitCode: 0,
    fuel: BigInt(1000 + files.reduce((sum, bytes) => sum + bytes.length, 0)),
    outputs: manifest.private
      ? drawFiles({ policy, manifest, description }, seed)
      : new Map(manifest.outputs.map(({ name }) => [name, utf8.encode(`${name} from ${seen}`)])),
    traceRoot: sha256(utf8.encode(`trace ${seen}`)),
  };
}

function manifestOf(changes: Partial<Manifest> & Pick<Manifest, 'program'>): Manifest {
  return {
    koinon: 'manifest/2',
    executor: 'wasm',
    profile: 'koinon-det-1',
    inputs: [],
    params: {},
    seed: sha256(utf8.encode('seed')),
    timeMs: 1_800_000_000_000,
    limits: { fuel: 100_000, stepFuel: 100_000, memoryPages: 16, callDepth: 100, outputBytes: 4096 },
    outputs: [],
    private: false,
    ...changes,
  };
}

const logistic = cidOfBlob(programs.get('tabular-logistic')!);
const evaluate = cidOfBlob(programs.get('tabular-evaluate')!);

function rowsOf(rows: 'training' | 'held-back') {
  return {
    name: 'table.safetensors',
    source: { dataset: { id: '7', contentRoot: CONTENT_ROOT, rows } },
  };
}

/** The job that trains, as every study has it. */
export const trainingManifest: Manifest = manifestOf({
  program: logistic,
  inputs: [rowsOf('training')],
  params: { target: 'ill' },
  outputs: [
    { name: 'metrics.json', class: 'metrics', maxBytes: 1000 },
    { name: 'model.onnx', class: 'model', maxBytes: 4000 },
  ],
  private: true,
});

/** Trains, predicts and measures honestly; `change` may bend the plans before they are carried out. */
export async function makeStudy(change: Changes<keyof Study['plans']> = {}): Promise<Study> {
  const { world, plans, carryOut, trained, model } = await train(change);
  const { blobs } = world;
  const table = utf8.encode('public rows');
  const data = cidOfBlob(table);
  blobs.set(data, table);
  const predicting = manifestOf({
    executor: 'onnx',
    profile: 'koinon-onnx-1',
    program: model,
    inputs: [{ name: 'table.safetensors', source: { cid: data } }],
    outputs: [{ name: 'predictions.safetensors', class: 'table', maxBytes: 1000 }],
  });
  const predictions = await carryOut('predictions', {
    manifest: predicting,
    provider: parties.alder,
    result: runTwin(predicting, [blobs.get(model)!, table]),
  });
  const predicted = predictions.outputs[0]!.cid;
  const measuring = manifestOf({
    program: evaluate,
    inputs: [
      { name: 'predictions.safetensors', source: { cid: predicted } },
      { name: 'table.safetensors', source: { cid: data } },
    ],
    params: { target: 'ill' },
    outputs: [{ name: 'metrics.json', class: 'evaluation', maxBytes: 1000 }],
  });
  const metrics = await carryOut('metrics', {
    manifest: measuring,
    provider: parties.alder,
    result: runTwin(measuring, [programs.get('tabular-evaluate')!, blobs.get(predicted)!, table]),
  });
  const evaluation = { data, predictions, metrics };
  return { world, plans, evaluation, ...passportOf(world, trained, model, evaluation) };
}

/** The same, measured at the custodian on rows held back from training. */
export async function makeHeldBackStudy(
  change: Changes<keyof HeldBackStudy['plans']> = {},
): Promise<HeldBackStudy> {
  const { world, plans, carryOut, trained, model } = await train(change);
  const measuring = manifestOf({
    program: evaluate,
    inputs: [{ name: 'model.onnx', source: { candidate: model } }, rowsOf('held-back')],
    params: { target: 'ill', groupBy: ['sex'], minGroupRows: policy.minGroupRows },
    outputs: [{ name: 'metrics.json', class: 'evaluation', maxBytes: 2000 }],
    private: true,
  });
  const metrics = await carryOut('metrics', {
    manifest: measuring,
    provider: parties.hospital,
    result: runTwin(measuring, [utf8.encode('rows held back')]),
    grant: await makeGrant(measuring),
  });
  const evaluation = { heldBack: '7', metrics };
  return { world, plans, evaluation, ...passportOf(world, trained, model, evaluation) };
}

/** A world with a dataset on chain, and a model trained on it. */
async function train<J extends string>(change: Changes<J | 'training'>) {
  const world = makeWorld();
  const { blobs, chain } = world;
  blobs.set(cidOfNode(record), encodeNode(record));
  blobs.set(cidOfDigest(POLICY_DIGEST, DAG_CBOR), encodeNode(toWire(policy)));
  chain.datasets.set(7n, {
    owner: parties.hospital.address,
    custodian: parties.hospital.address,
    contentRoot: CONTENT_ROOT,
    policyDigest: POLICY_DIGEST,
    metadataDigest: digestOfCid(cidOfNode(record)),
    epoch: 2n,
  });
  const plans = {} as Record<J | 'training', JobPlan>;
  const carryOut = async (job: J | 'training', plan: JobPlan): Promise<JobEvidence> => {
    plans[job] = { ...plan, ...change[job]?.(plan) };
    return makeJob(world, plans[job]);
  };
  const trained = await carryOut('training', {
    manifest: trainingManifest,
    provider: parties.hospital,
    result: runTwin(trainingManifest, [utf8.encode('private rows')]),
    grant: await makeGrant(trainingManifest),
  });
  const model = trained.outputs.find(({ name }) => name === 'model.onnx')!.cid;
  return { world, plans, carryOut, trained, model };
}

function passportOf(world: World, training: JobEvidence, model: Cid, evaluation: Evaluation) {
  const passport: Passport = {
    koinon: 'passport/2',
    name: 'cohort',
    model,
    publisher: parties.researcher.address,
    createdAt: 1_800_000_500n,
    domains,
    datasets: [
      {
        id: '7',
        contentRoot: CONTENT_ROOT,
        metadata: cidOfNode(record),
        custodian: parties.hospital.address,
      },
    ],
    training,
    evaluations: [evaluation],
    parents: [],
  };
  return { passport, ...publish(world, passport) };
}

/** Puts a passport on chain as the one of its model. */
export function publish(world: World, passport: Passport): { bytes: Uint8Array; cid: Cid } {
  const wire = toWire(passport);
  const bytes = encodeNode(wire);
  const cid = cidOfNode(wire);
  world.blobs.set(cid, bytes);
  world.chain.models.set(digestOfCid(passport.model), {
    passport: digestOfCid(cid),
    publisher: parties.researcher.address,
  });
  return { bytes, cid };
}

export async function collect(checks: AsyncIterable<Check>): Promise<Check[]> {
  const all: Check[] = [];
  for await (const check of checks) all.push(check);
  return all;
}

/** `job/id` of those in a state. */
export function names(checks: readonly Check[], state: Check['state']): string[] {
  return checks.filter(check => check.state === state).map(({ job, id }) => `${job}/${id}`);
}
