import {
  cidOfBlob,
  type DatasetRows,
  draftOf,
  encodeManifest,
  encodeNode,
  type Manifest,
  manifestCid,
  manifestDigest,
  paramsFile,
  termsDigest,
  toHex,
  utf8,
} from '../../src/index.ts';
import { sampleBytes, sampleHex } from './sample.ts';

function dataset(rows: DatasetRows): Manifest['inputs'][0]['source'] {
  return { dataset: { id: '7', contentRoot: sampleHex('content root'), rows } };
}

export const sampleManifest: Manifest = {
  koinon: 'manifest/2',
  executor: 'wasm',
  profile: 'koinon-det-1',
  program: cidOfBlob(sampleBytes('program', 64)),
  inputs: [
    { name: 'table.safetensors', source: dataset('training') },
    { name: 'weights.bin', source: { cid: cidOfBlob(sampleBytes('weights', 64)) } },
  ],
  params: { target: 'diagnosis', l2: 1, tolerance: 1e-6, exclude: ['id'], κ: { b: null, a: true } },
  seed: sampleBytes('seed'),
  timeMs: 1_700_000_000_000,
  limits: { fuel: 1e12, stepFuel: 1e10, memoryPages: 4096, callDepth: 1000, outputBytes: 2 ** 24 },
  outputs: [
    { name: 'metrics.json', class: 'metrics', maxBytes: 65_536 },
    { name: 'model.onnx', class: 'model', maxBytes: 2 ** 23 },
  ],
  private: true,
};

/** Of the kinds of input that `sampleManifest` has none of. */
export const sampleEvaluation: Manifest = {
  ...sampleManifest,
  inputs: [
    { name: 'model.onnx', source: { candidate: cidOfBlob(sampleBytes('candidate', 64)) } },
    { name: 'table.safetensors', source: dataset('held-back') },
  ],
  params: { target: 'diagnosis', groupBy: 'sex' },
  outputs: [{ name: 'evaluation.json', class: 'evaluation', maxBytes: 65_536 }],
};

const manifests: Record<string, Manifest> = {
  'a training job on private data': sampleManifest,
  'a candidate measured on rows held back': sampleEvaluation,
  'the smallest job': {
    ...sampleManifest,
    inputs: [],
    params: {},
    seed: new Uint8Array(32),
    timeMs: 0,
    limits: { fuel: 1, stepFuel: 1, memoryPages: 1, callDepth: 1, outputBytes: 0 },
    outputs: [],
    private: false,
  },
  'predictions on public rows': {
    ...sampleManifest,
    executor: 'onnx',
    profile: 'koinon-onnx-1',
    inputs: [{ name: 'table.safetensors', source: { cid: cidOfBlob(sampleBytes('table', 64)) } }],
    outputs: [{ name: 'predictions.safetensors', class: 'table', maxBytes: 2 ** 28 }],
    private: false,
  },
};

const [first, second] = sampleManifest.inputs as [Manifest['inputs'][0], Manifest['inputs'][0]];
const refused: Record<string, unknown> = {
  'inputs not sorted': { ...sampleManifest, inputs: [second, first] },
  'an input twice': { ...sampleManifest, inputs: [first, first] },
  'outputs not sorted': { ...sampleManifest, outputs: sampleManifest.outputs.toReversed() },
  'a dataset in a public job': { ...sampleManifest, private: false },
  'an input in the place of the parameters': {
    ...sampleManifest,
    inputs: [{ name: 'params.json', source: second.source }],
  },
  'a profile of another executor': { ...sampleManifest, profile: 'koinon-onnx-1' },
  'a step longer than the run': { ...sampleManifest, limits: { ...sampleManifest.limits, stepFuel: 2e12 } },
  'a field too many': { ...sampleManifest, extra: 1 },
  'a field too few': Object.fromEntries(Object.entries(sampleManifest).filter(([key]) => key !== 'seed')),
  'a short seed': { ...sampleManifest, seed: new Uint8Array(31) },
  'a name with a folder': { ...sampleManifest, inputs: [{ ...second, name: '../x' }] },
  'a hidden name': { ...sampleManifest, outputs: [{ ...sampleManifest.outputs[0], name: '.x' }] },
  'a dataset numbered zero': {
    ...sampleManifest,
    inputs: [
      {
        name: 'a',
        source: { dataset: { id: '0', contentRoot: sampleHex('content root'), rows: 'training' } },
      },
    ],
  },
  'a dataset that does not say which rows': {
    ...sampleManifest,
    inputs: [{ name: 'a', source: { dataset: { id: '7', contentRoot: sampleHex('content root') } } }],
  },
  'rows a dataset has none of': {
    ...sampleManifest,
    inputs: [{ name: 'a', source: dataset('all' as never) }],
  },
  'a candidate and no dataset': { ...sampleEvaluation, inputs: sampleEvaluation.inputs.slice(0, 1) },
  'a candidate in a public job': { ...sampleEvaluation, private: false },
  'two sources for one input': {
    ...sampleManifest,
    inputs: [{ name: 'a', source: { ...first.source, ...second.source } }],
  },
  'another version': { ...sampleManifest, koinon: 'manifest/1' },
  'no fuel': { ...sampleManifest, limits: { ...sampleManifest.limits, fuel: 0 } },
  'a broken amount of memory': { ...sampleManifest, limits: { ...sampleManifest.limits, memoryPages: 1.5 } },
};

/** Manifests with their bytes and names, and bytes that are no manifest. */
export function manifestVectors() {
  return {
    about:
      'Manifests in canonical dag-cbor; `seed` is hexadecimal here and a byte string there. draft = the manifest with a seed of zeros, timeMs 0 and every candidate the CID of 32 zero bytes; terms, which a grant signs, is its sha-256.',
    manifests: Object.entries(manifests).map(([name, manifest]) => ({
      name,
      manifest: { ...manifest, seed: toHex(manifest.seed) },
      cbor: toHex(encodeManifest(manifest)),
      digest: manifestDigest(manifest),
      draft: toHex(encodeManifest(draftOf(manifest))),
      terms: termsDigest(manifest),
      cid: manifestCid(manifest),
      paramsFile: utf8.decode(paramsFile(manifest)),
    })),
    refused: Object.entries(refused).map(([reason, value]) => ({ reason, cbor: toHex(encodeNode(value)) })),
  };
}
