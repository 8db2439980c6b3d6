import { readFileSync } from 'node:fs';
import { utf8 } from '@koinon/protocol';
import * as ort from 'onnxruntime-web/wasm';
import { modelRefused } from '../onnx/inspectModel.ts';
import { predictRows, type RowPredictions } from '../onnx/predictRows.ts';
import { runOnnx } from '../onnx/runOnnx.ts';
import { type LoadedModel, loadModel, OnnxFailure } from '../onnx/session.ts';
import type { LoadHeader, PredictHeader, RunHeader } from './headers.ts';
import { receive, send } from './pipe.ts';
import { report } from './report.ts';
import { watchParent } from './watchParent.ts';

/** argv[2] is the runtime's WebAssembly file; everything else comes through the pipe. */
ort.env.wasm.wasmBinary = readFileSync(process.argv[2]!);
await report(async () => {
  const { header, files } = receive();
  if (header['kind'] === 'run') await runOnce(header as unknown as RunHeader, files);
  else await serve(header as unknown as LoadHeader, files[0]!);
});

/** One job, one answer. */
async function runOnce(header: RunHeader, [program, params, ...inputs]: Uint8Array[]): Promise<void> {
  watchParent();
  const job = {
    manifest: { params: JSON.parse(utf8.decode(params!)), limits: header.limits },
    program: program!,
    inputs: new Map(header.names.map((name, i) => [name, inputs[i]!])),
  };
  const outcome = await runOnnx(ort, job, fuelUsed => send({ kind: 'progress', fuel: String(fuelUsed) }));
  const names = [...outcome.outputs.keys()];
  send(
    {
      kind: 'result',
      exitCode: outcome.exitCode,
      fuel: String(outcome.fuel),
      traceRoot: outcome.traceRoot,
      names,
    },
    [new Uint8Array(0), utf8.encode(outcome.stderr), ...outcome.outputs.values()],
  );
}

/** A model that stays: one question after the other until the host closes the pipe. */
async function serve({ model: name }: LoadHeader, bytes: Uint8Array): Promise<never> {
  const model = await loadModel(ort, bytes).catch(asRefusal);
  const port = ({
    name,
    type,
    shape,
  }: {
    name: string;
    type: string;
    shape: readonly (number | string)[];
  }) => ({
    name,
    type,
    shape: shape.map(size => (typeof size === 'number' ? size : -1)),
  });
  const tensors = (all: typeof model.session.inputMetadata) =>
    all.flatMap(value => (value.isTensor ? [port(value)] : []));
  send({
    kind: 'loaded',
    model: name,
    classes: model.description.classes,
    inputs: tensors(model.session.inputMetadata),
    outputs: tensors(model.session.outputMetadata),
  });
  for (;;) {
    const { header, files } = receive();
    await answer(model, header as unknown as PredictHeader, files);
  }
}

/** For a predictor, a model the runtime does not load is one that is refused. */
function asRefusal(error: unknown): never {
  throw error instanceof OnnxFailure ? modelRefused(error.message) : error;
}

async function answer(model: LoadedModel, { id, rows, columns }: PredictHeader, files: Uint8Array[]) {
  const values = new Map<string, Float32Array | readonly string[]>(
    columns.map(({ name, words }, i) => [name, words ?? new Float32Array(files[i]!.slice().buffer)]),
  );
  let predictions: RowPredictions;
  try {
    predictions = await predictRows(ort, model, values, rows);
  } catch (error) {
    if (!(error instanceof OnnxFailure)) throw error;
    send({ kind: 'refused', id, message: error.message });
    return;
  }
  const bytes = (array: Int32Array | Float32Array) =>
    new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
  send({ kind: 'predictions', id }, [bytes(predictions.label), bytes(predictions.probabilities)]);
}
