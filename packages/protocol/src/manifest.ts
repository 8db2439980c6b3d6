import { z } from 'zod';
import { type Hex, sha256, toHex, utf8 } from './bytes.ts';
import { type Cid, cidOfNode } from './cid.ts';
import { canonicalJson, decodeNode, encodeNode } from './codec.ts';
import { KoinonError } from './errors.ts';
import { byteString, bytes32, cid, fileName } from './schema.ts';

/** JSON without `undefined`; numbers must be finite (canonical JSON and dag-cbor have no others). */
export type JsonValue = null | boolean | number | string | JsonValue[] | { [key: string]: JsonValue };
const jsonValue: z.ZodType<JsonValue> = z.json() as unknown as z.ZodType<JsonValue>;

/** The parts of a dataset's content: rows to train on, and rows held back from training to test models on. */
export const datasetRows = z.enum(['training', 'held-back']);
export type DatasetRows = z.infer<typeof datasetRows>;

/** A dataset is named by its token and by the content it had: a later content is another input. */
const datasetSource = z.strictObject({
  dataset: z.strictObject({
    /** Token id in `Datasets`, decimal. */
    id: z.string().regex(/^[1-9][0-9]{0,77}$/),
    contentRoot: bytes32,
    rows: datasetRows,
  }),
});

/**
 * Where an input comes from: a public blob; a part of a dataset; or a candidate, a public blob that is a model of a known
 * class and is to be measured on private rows. Which candidate it is a grant leaves open.
 */
const inputSource = z.union([z.strictObject({ cid }), datasetSource, z.strictObject({ candidate: cid })]);

/**
 * What a file is to whoever lets it out: a `model`; `metrics` that a program tells of its own training; an `evaluation` of a
 * model on other rows; a `table` of rows, or anything else the other classes do not know.
 */
export const artefactClass = z.enum(['model', 'metrics', 'evaluation', 'table']);
export type ArtefactClass = z.infer<typeof artefactClass>;

const limits = z.strictObject({
  /** Most fuel of the whole run, 1 to 10^13: what an order's price is bounded by. */
  fuel: z.number().int().min(1).max(1e13),
  /** Most fuel of one step, so that a juror can replay it. */
  stepFuel: z.number().int().min(1).max(1e13),
  /** Linear memory, in 64 KiB pages; 16,384 pages are 1 GiB. */
  memoryPages: z.number().int().min(1).max(16_384),
  /** Call frames; a browser holds the maximum. */
  callDepth: z.number().int().min(1).max(10_000),
  /** Bytes of all outputs together, at most 256 MiB. */
  outputBytes: z
    .number()
    .int()
    .min(0)
    .max(2 ** 28),
});

/** The immutable description of a computation. Its CID is its name and names one execution. */
export const manifestSchema = z.strictObject({
  koinon: z.literal('manifest/2'),
  executor: z.enum(['wasm', 'onnx']),
  /** The rules of execution; another profile is another result. */
  profile: z.enum(['koinon-det-1', 'koinon-onnx-1']),
  /** The module (`wasm`) or the model (`onnx`). */
  program: cid,
  /** Files below /in; names are unique and sorted. */
  inputs: z.array(z.strictObject({ name: fileName, source: inputSource })).max(64),
  /** Given to the program as /in/params.json in canonical JSON, at most 64 KiB. */
  params: z.record(z.string().max(128), jsonValue),
  /** Key of the only randomness there is. */
  seed: byteString(32).refine(bytes => bytes.length === 32, 'must be 32 bytes'),
  /** What the program's clock starts at, milliseconds since 1970. */
  timeMs: z.number().int().nonnegative().safe(),
  limits,
  /** The only files that may leave, by class, each with its own cap. */
  outputs: z
    .array(
      z.strictObject({
        name: fileName,
        class: artefactClass,
        maxBytes: z
          .number()
          .int()
          .min(1)
          .max(2 ** 28),
      }),
    )
    .max(64),
  /** True when an input is private: raw output, fuel and trace are then salted in the receipt. */
  private: z.boolean(),
});
export type Manifest = z.infer<typeof manifestSchema>;

/** The bytes of a manifest; their sha-256 is what a receipt names. */
export function encodeManifest(manifest: Manifest): Uint8Array {
  return encodeNode(manifestSchema.parse(manifest));
}

/** Parses a manifest and checks what a schema alone can not. Throws `K_BAD_MANIFEST`. */
export function decodeManifest(bytes: Uint8Array): Manifest {
  if (bytes.length > MANIFEST_MAX_BYTES) throw badManifest(`longer than ${MANIFEST_MAX_BYTES} bytes`);
  const parsed = manifestSchema.safeParse(decodeNode(bytes));
  if (!parsed.success) throw badManifest(z.prettifyError(parsed.error));
  const manifest = parsed.data;
  requireSortedUnique(manifest.inputs, 'inputs');
  requireSortedUnique(manifest.outputs, 'outputs');
  const hasDataset = manifest.inputs.some(input => 'dataset' in input.source);
  if (hasDataset && !manifest.private)
    throw badManifest('a dataset is among the inputs, so it must be private');
  if (!hasDataset && manifest.inputs.some(input => 'candidate' in input.source))
    throw badManifest('a candidate is measured on a dataset, and none is among the inputs');
  if (manifest.inputs.filter(input => 'candidate' in input.source).length > 1)
    throw badManifest('it names more than one candidate');
  if (manifest.inputs.some(input => input.name === 'params.json')) throw badManifest('params.json is taken');
  if (paramsFile(manifest).length > PARAMS_MAX_BYTES)
    throw badManifest(`its parameters have more than ${PARAMS_MAX_BYTES} bytes`);
  const profile = manifest.executor === 'wasm' ? 'koinon-det-1' : 'koinon-onnx-1';
  if (manifest.profile !== profile)
    throw badManifest(`executor ${manifest.executor} runs profile ${profile}`);
  if (manifest.limits.stepFuel > manifest.limits.fuel) throw badManifest('stepFuel is above fuel');
  return manifest;
}

export const MANIFEST_MAX_BYTES = 256 * 1024;
export const PARAMS_MAX_BYTES = 64 * 1024;

export function manifestCid(manifest: Manifest): Cid {
  return cidOfNode(manifestSchema.parse(manifest));
}

export function manifestDigest(manifest: Manifest): Hex {
  return toHex(sha256(encodeManifest(manifest)));
}

/** What a manifest declares of an output file of this name and size; undefined for one that may not leave. */
export function outputOf(
  { outputs }: Pick<Manifest, 'outputs'>,
  name: string,
  size: number,
): Manifest['outputs'][number] | undefined {
  return outputs.find(output => output.name === name && size <= output.maxBytes);
}

/**
 * What leaves a public job of the files its program wrote: the declared ones within their caps; of a program that failed
 * nothing. Providers, auditors and whoever checks a receipt decide by this.
 */
export function publicRelease(
  manifest: Pick<Manifest, 'outputs'>,
  { exitCode, outputs }: { exitCode: number; outputs: ReadonlyMap<string, Uint8Array> },
): Map<string, Uint8Array> {
  const isReleased = ([name, bytes]: [string, Uint8Array]) =>
    exitCode === 0 && outputOf(manifest, name, bytes.length) !== undefined;
  return new Map([...outputs].filter(isReleased));
}

/** The bytes a program finds at /in/params.json. */
export function paramsFile(manifest: Pick<Manifest, 'params'>): Uint8Array {
  return utf8.encode(canonicalJson(manifest.params));
}

function requireSortedUnique(files: readonly { name: string }[], what: string): void {
  for (let i = 1; i < files.length; i++) {
    if (files[i - 1]!.name >= files[i]!.name) throw badManifest(`${what} are not sorted by unique name`);
  }
}

function badManifest(reason: string): KoinonError {
  return new KoinonError({
    code: 'K_BAD_MANIFEST',
    message: `The manifest is not valid: ${reason}.`,
    fault: 'user',
  });
}
