import { createExecutor } from '@koinon/executors';
import { type Cid, cidOfBlob, type Manifest, utf8 } from '@koinon/protocol';
import type { CatalogueModel } from '@koinon/services/serving';
import { COHORT_TARGET, encodeTable, inferSchema, parseTable, syntheticCohort } from '@koinon/tabular';
import { readShippedPrograms } from '../process/shippedPrograms.ts';
import type { Member } from './seededNetwork.ts';

/** Trains on a synthetic cohort with the shipped program, for tests that need a model to ask. The ONNX file. */
export async function trainSmallModel(rows = 300): Promise<Uint8Array> {
  const raw = parseTable(utf8.encode(syntheticCohort({ rows, seed: 11 })));
  const table = encodeTable(raw, inferSchema(raw, { target: COHORT_TARGET }), {});
  const program = readShippedPrograms().get('tabular-logistic')!;
  const manifest: Manifest = {
    koinon: 'manifest/2',
    executor: 'wasm',
    profile: 'koinon-det-1',
    program: cidOfBlob(program),
    inputs: [{ name: 'table.safetensors', source: { cid: cidOfBlob(table) } }],
    params: { target: COHORT_TARGET },
    seed: new Uint8Array(32),
    timeMs: 0,
    limits: { fuel: 1e12, stepFuel: 1e12, memoryPages: 4096, callDepth: 512, outputBytes: 2 ** 24 },
    outputs: [{ name: 'model.onnx', class: 'model', maxBytes: 2 ** 23 }],
    private: false,
  };
  const result = await createExecutor().run(
    { manifest, program, inputs: new Map([['table.safetensors', table]]) },
    { maxRunMs: 60_000, maxMemoryBytes: 2 ** 30 },
  );
  return result.outputs.get('model.onnx')!;
}

/** Puts a model into a node's catalogue under a passport that only names it. */
export async function addToCatalogue(
  { node, store }: Member,
  name: string,
  model: Uint8Array,
): Promise<CatalogueModel> {
  const cid: Cid = await store.blobs.put(model, 'public');
  const version = node.port('serving').catalogue.versions(name).length + 1;
  const passport = await store.blobs.putNode({ name, version, model: cid }, 'public');
  return node.port('serving').catalogue.add({ name, model: cid, passport, registeredAtMs: 0 });
}
