import {
  type Cid,
  cidOfBlob,
  cidOfNode,
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
import { digestOf, domains, parties } from './parties.ts';

/** A whole small network in memory, with one trained and judged model. */
export interface World {
  chain: ChainTwin;
  blobs: Map<Cid, Uint8Array>;
  log(operator: Hex): LogTwin;
  sources: Sources;
}

export interface Study {
  world: World;
  plans: { training: JobPlan; predictions: JobPlan; metrics: JobPlan };
  passport: Passport;
  bytes: Uint8Array;
  cid: Cid;
}

export const CONTENT_ROOT = digestOf('the rows');
const PROGRAMS = ['tabular-logistic', 'tabular-evaluate'] as const;
const programs = new Map(PROGRAMS.map(name => [name, utf8.encode(`program ${name}`)]));

export function makeWorld(): World {
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

/** The twin of an executor: outputs, fuel and trace follow from the manifest and the bytes, and from nothing else. */
export function runTwin(manifest: Manifest, files: readonly Uint8Array[]): ReplayResult {
  const seen = toHex(sha256(manifest.seed, ...files));
  return {
    exitCode: 0,
    fuel: BigInt(1000 + files.reduce((sum, bytes) => sum + bytes.length, 0)),
    outputs: new Map(manifest.outputs.map(({ name }) => [name, utf8.encode(`${name} from ${seen}`)])),
    traceRoot: sha256(utf8.encode(`trace ${seen}`)),
  };
}

function manifestOf(changes: Partial<Manifest> & Pick<Manifest, 'program'>): Manifest {
  return {
    koinon: 'manifest/1',
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

/** Trains, predicts and measures honestly; `change` may bend the plans before they are carried out. */
export async function makeStudy(
  change: Partial<Record<keyof Study['plans'], (plan: JobPlan) => Partial<JobPlan>>> = {},
): Promise<Study> {
  const world = makeWorld();
  const { blobs, chain } = world;
  const table = utf8.encode('public rows');
  const data = cidOfBlob(table);
  blobs.set(data, table);
  const metadata = { name: 'cohort' };
  blobs.set(cidOfNode(metadata), encodeNode(metadata));
  const logistic = cidOfBlob(programs.get('tabular-logistic')!);
  const evaluate = cidOfBlob(programs.get('tabular-evaluate')!);

  const training = manifestOf({
    program: logistic,
    inputs: [{ name: 'table.safetensors', source: { dataset: { id: '7', contentRoot: CONTENT_ROOT } } }],
    params: { target: 'ill' },
    outputs: [
      { name: 'metrics.json', class: 'metrics', maxBytes: 1000 },
      { name: 'model.onnx', class: 'model', maxBytes: 1000 },
    ],
    private: true,
  });
  const grant = await makeGrant({ program: digestOfCid(logistic) });
  chain.datasets.set(7n, {
    owner: parties.hospital.address,
    custodian: parties.hospital.address,
    contentRoot: CONTENT_ROOT,
    policyDigest: grant.message.policy,
    metadataDigest: digestOfCid(cidOfNode(metadata)),
    epoch: 2n,
  });
  const plans = {} as Study['plans'];
  const carryOut = async (job: keyof Study['plans'], plan: JobPlan): Promise<JobEvidence> => {
    plans[job] = { ...plan, ...change[job]?.(plan) };
    return makeJob(world, plans[job]);
  };
  const trained = await carryOut('training', {
    manifest: training,
    provider: parties.hospital,
    result: runTwin(training, [utf8.encode('private rows')]),
    grant,
  });
  const model = trained.outputs.find(({ name }) => name === 'model.onnx')!.cid;
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
    outputs: [{ name: 'metrics.json', class: 'metrics', maxBytes: 1000 }],
  });
  const metrics = await carryOut('metrics', {
    manifest: measuring,
    provider: parties.alder,
    result: runTwin(measuring, [programs.get('tabular-evaluate')!, blobs.get(predicted)!, table]),
  });
  const passport: Passport = {
    koinon: 'passport/1',
    name: 'cohort',
    model,
    publisher: parties.researcher.address,
    createdAt: 1_800_000_500n,
    domains,
    datasets: [
      {
        id: '7',
        contentRoot: CONTENT_ROOT,
        metadata: cidOfNode(metadata),
        custodian: parties.hospital.address,
      },
    ],
    training: trained,
    evaluations: [{ data, predictions, metrics }],
    parents: [],
  };
  return { world, plans, passport, ...publish(world, passport) };
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
