import { KoinonError } from '@koinon/protocol';
import { requireAnswer, type TensorPort } from './host/answer.ts';
import { type Child, startChild } from './host/child.ts';
import type { SandboxKind } from './host/confinement.ts';
import { hostAborted, hostGarbled, hostTimeout } from './host/failures.ts';
import { findSandbox } from './host/sandbox.ts';
import { workerFiles } from './host/workerFiles.ts';
import { inspectModel } from './onnx/inspectModel.ts';
import { MODEL_LIMITS } from './onnx/limits.ts';
import type { Columns } from './onnx/predictRows.ts';
import type { PredictHeader } from './worker/headers.ts';

export interface PredictorOptions {
  sandbox?: 'auto' | SandboxKind;
  /** Longest the loading and each prediction may take, milliseconds; 30,000 unless told. */
  maxRunMs?: number;
  /** Bytes beyond an idle child; 1 GiB unless told. */
  maxMemoryBytes?: number;
  /** Most rows of one prediction; 65,536 unless told. */
  maxRows?: number;
}

/** A tensor as the Open Inference Protocol names it. -1 is a size the caller chooses. */
export interface TensorMetadata {
  name: string;
  datatype: 'FP32' | 'BYTES' | 'INT32' | 'INT64';
  shape: number[];
}

export interface PredictorMetadata {
  inputs: TensorMetadata[];
  outputs: TensorMetadata[];
}

export interface Prediction {
  /** One class per row. */
  labels: string[];
  /** [rows, classes], row by row. */
  probabilities: Float32Array;
  classes: string[];
}

/** A model that is loaded once and answers many times. */
export interface Predictor {
  /**
   * Predicts `rows` rows from one column per feature: numbers (NaN missing) or words ('' missing). Calls wait for
   * each other. Throws `K_PREDICT_INPUT` (the caller's fault) and `K_HOST_*`; after the latter the next call starts
   * a fresh child.
   */
  predict(columns: Columns, rows: number): Promise<Prediction>;
  metadata(): PredictorMetadata;
  /** Ends the child; pending calls reject with `K_HOST_ABORTED`. */
  close(): Promise<void>;
}

/**
 * Loads the model in a child process that stays, under the same sandbox as jobs. A process and not a worker thread:
 * the model is a stranger's file, a thread shares the address space and the file descriptors with the node's keys,
 * and WebAssembly memory of a thread cannot be limited. Throws `K_MODEL_REFUSED`, `K_HOST_*`.
 */
export async function createPredictor(model: Uint8Array, options: PredictorOptions = {}): Promise<Predictor> {
  const { classes } = inspectModel(model);
  const { maxRunMs = 30_000, maxMemoryBytes = 2 ** 30, maxRows = 65_536 } = options;
  const { sandbox } = await findSandbox(options.sandbox ?? 'auto');
  const program = workerFiles('onnx');
  const totalBytes = maxRows * 4 * (1 + classes.length);
  let metadata: PredictorMetadata | undefined;
  let isClosed = false;
  let nextId = 1;

  /** The next answer, or the child's death by the clock. */
  const answerOf = async (child: Child) => {
    const timer = setTimeout(() => child.kill(hostTimeout(maxRunMs)), maxRunMs);
    try {
      const message = await child.next();
      return { answer: requireAnswer(message, maxMemoryBytes), files: message.files };
    } catch (error) {
      child.kill(error as KoinonError);
      throw error;
    } finally {
      clearTimeout(timer);
    }
  };
  const start = async (): Promise<Child> => {
    const caps = { headerBytes: 2 ** 20, files: 2, totalBytes };
    const child = startChild(sandbox, program, { memoryBytes: maxMemoryBytes }, caps);
    child.send({ header: { kind: 'load', model: 'model' }, files: [model] });
    const { answer } = await answerOf(child);
    if (answer.kind !== 'loaded') throw garbled(child, `"${answer.kind}" instead of "loaded"`);
    metadata = { inputs: answer.inputs.map(tensorOf), outputs: answer.outputs.map(tensorOf) };
    return child;
  };

  let child: Child | undefined = await start();
  let queue: Promise<unknown> = Promise.resolve();
  const predictNow = async (columns: Columns, rows: number): Promise<Prediction> => {
    if (isClosed) throw hostAborted('the predictor is closed');
    child ??= await start();
    const running = child;
    const id = nextId++;
    try {
      running.send(questionOf(id, columns, rows));
      const { answer, files } = await answerOf(running);
      if (answer.kind === 'refused' && answer.id === id) throw badInput(answer.message);
      if (answer.kind !== 'predictions' || answer.id !== id)
        throw garbled(running, 'not the answer to the question');
      return predictionOf(running, files, rows, classes);
    } catch (error) {
      if (!(error instanceof KoinonError && error.code === 'K_PREDICT_INPUT')) {
        running.kill(error instanceof KoinonError ? error : garbled(running, String(error)));
        child = undefined;
      }
      throw error;
    }
  };

  return {
    predict: (columns, rows) => {
      if (!Number.isInteger(rows) || rows < 1 || rows > maxRows)
        return Promise.reject(badInput(`${rows} rows; 1 to ${maxRows} are allowed at once`));
      const answer = queue.then(() => predictNow(columns, rows));
      queue = answer.catch(() => {});
      return answer;
    },
    metadata: () => metadata!,
    close: async () => {
      isClosed = true;
      const running = child;
      child = undefined;
      running?.kill(hostAborted('the predictor is closed'));
      await running?.closed;
    },
  };
}

function questionOf(id: number, columns: Columns, rows: number) {
  const header: PredictHeader = { kind: 'predict', id, rows, columns: [] };
  const files: Uint8Array[] = [];
  let characters = 0;
  for (const column of columns.values()) {
    if (!(column instanceof Float32Array)) for (const word of column) characters += word.length + 3;
  }
  if (columns.size > MODEL_LIMITS.features || characters > MAX_CHARACTERS)
    throw badInput('too many columns, or too much text');
  for (const [name, column] of columns) {
    const isNumbers = column instanceof Float32Array;
    header.columns.push(isNumbers ? { name } : { name, words: [...column] });
    files.push(isNumbers ? new Uint8Array(column.slice().buffer) : new Uint8Array(0));
  }
  return { header: { ...header }, files };
}

function predictionOf(child: Child, files: Uint8Array[], rows: number, classes: string[]): Prediction {
  const [label, shares] = files;
  if (label?.length !== 4 * rows || shares?.length !== 4 * rows * classes.length)
    throw garbled(child, 'an answer of another size');
  const labels = Array.from(new Int32Array(label.slice().buffer), index => {
    const name = classes[index];
    if (name === undefined) throw garbled(child, 'a label that is no class');
    return name;
  });
  return { labels, probabilities: new Float32Array(shares.slice().buffer), classes };
}

/** Characters of all words of one question: escaped as JSON they stay below what a child reads. */
const MAX_CHARACTERS = 2 ** 21;

const datatypes = new Map([
  ['float32', 'FP32'],
  ['string', 'BYTES'],
  ['int32', 'INT32'],
  ['int64', 'INT64'],
] as const);

function tensorOf({ name, type, shape }: TensorPort): TensorMetadata {
  const datatype = (datatypes as ReadonlyMap<string, TensorMetadata['datatype']>).get(type);
  if (!datatype) throw hostGarbled(`a tensor of type ${type}`);
  return { name, datatype, shape };
}

function garbled(child: Child, reason: string): KoinonError {
  const error = hostGarbled(reason);
  child.kill(error);
  return error;
}

function badInput(reason: string): KoinonError {
  return new KoinonError({
    code: 'K_PREDICT_INPUT',
    message: `The model cannot take these rows: ${reason}.`,
    fault: 'user',
    next: 'Ask for the metadata of the model and send one column per input.',
  });
}
