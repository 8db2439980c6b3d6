import { inspectModel, type ModelDescription } from './inspectModel.ts';
import { MODEL_LIMITS, ONNX_EXIT } from './limits.ts';

/** The part of `onnxruntime-web` this package uses; the caller hands the module in. */
export type OnnxRuntime = Pick<typeof import('onnxruntime-web'), 'InferenceSession' | 'Tensor' | 'env'>;
type Session = Awaited<ReturnType<OnnxRuntime['InferenceSession']['create']>>;

/** A failure that follows from model and inputs: an exit code and a reason for a person. */
export class OnnxFailure extends Error {
  override readonly name = 'OnnxFailure';
  readonly exitCode: number;
  constructor(exitCode: number, reason: string) {
    super(reason);
    this.exitCode = exitCode;
  }
}

export interface LoadedModel {
  description: ModelDescription;
  session: Session;
}

/**
 * Checks the model against the profile and loads it. One thread, no optimiser (its choices are no part of a model),
 * no memory patterns. Throws `K_MODEL_REFUSED`, `OnnxFailure` where the runtime or the description says no, and any
 * other error where this machine failed.
 */
export async function loadModel(ort: OnnxRuntime, model: Uint8Array): Promise<LoadedModel> {
  const description = inspectModel(model);
  ort.env.logLevel = 'fatal';
  ort.env.wasm.numThreads = 1;
  ort.env.wasm.proxy = false;
  const session = await orFailure(ONNX_EXIT.MODEL, () =>
    ort.InferenceSession.create(model, {
      executionProviders: ['wasm'],
      graphOptimizationLevel: 'disabled',
      executionMode: 'sequential',
      enableCpuMemArena: false,
      enableMemPattern: false,
      logSeverityLevel: 4,
    }),
  );
  try {
    requireDescribed(session, description);
  } catch (error) {
    await session.release();
    throw error;
  }
  return { description, session };
}

function requireDescribed(session: Session, { features }: ModelDescription): void {
  const inputs = new Map(session.inputMetadata.map(input => [input.name, input]));
  if (inputs.size !== features.length || inputs.size > MODEL_LIMITS.features)
    throw new OnnxFailure(
      ONNX_EXIT.MODEL,
      `the model has ${inputs.size} inputs, its description ${features.length}`,
    );
  for (const { name, type } of features) {
    const input = inputs.get(name);
    const wanted = type === 'number' ? 'float32' : 'string';
    if (!input?.isTensor || input.type !== wanted || input.shape.length !== 2 || input.shape[1] !== 1)
      throw new OnnxFailure(ONNX_EXIT.MODEL, `input "${name}" is no ${wanted} tensor [N, 1]`);
  }
  for (const name of ['label', 'probabilities']) {
    if (!session.outputNames.includes(name))
      throw new OnnxFailure(ONNX_EXIT.MODEL, `the model has no output "${name}"`);
  }
}

/**
 * What the runtime itself reports about a model or its rows is a result. Everything else (no memory, no stack, an
 * abort inside it) depends on the machine and stays an error.
 */
export async function orFailure<T>(exitCode: number, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const reported = /ERROR_CODE: \d/.test(message);
    if (!reported || /alloc|memory|abort/i.test(message)) throw error;
    throw new OnnxFailure(exitCode, message.slice(0, 2_000));
  }
}
