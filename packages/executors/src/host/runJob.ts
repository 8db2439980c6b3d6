import { fromHex, type KoinonError } from '@koinon/protocol';
import type { ExecutionJob, ExecutionOptions, ExecutionResult } from '../executor.ts';
import { onnxStateRoot } from '../onnx/runOnnx.ts';
import { STREAM_MAX_BYTES } from '../runFrom.ts';
import type { RunHeader } from '../worker/headers.ts';
import { type Answer, requireAnswer } from './answer.ts';
import { CHECKPOINT_MAX_BYTES, CheckpointKeeper } from './checkpointKeeper.ts';
import type { Child } from './child.ts';
import type { ChildProgram } from './command.ts';
import { hostGarbled } from './failures.ts';
import { ROOTS_MAX_BYTES, withJobChild } from './jobChild.ts';
import type { Sandbox } from './sandbox.ts';

/** One job in one child, from its last checkpoint where the caller keeps them. */
export async function runJob(
  sandbox: Sandbox,
  program: ChildProgram,
  job: ExecutionJob,
  options: ExecutionOptions,
): Promise<ExecutionResult> {
  const startedAt = performance.now();
  const keeper = options.checkpoints && new CheckpointKeeper(options.checkpoints, job.manifest);
  const checkpoint = await keeper?.load();
  const header: Pick<RunHeader, 'kind' | 'checkpoints'> = { kind: 'run' };
  if (keeper) {
    const everyFuel = options.checkpointFuel;
    header.checkpoints = {
      maxBytes: CHECKPOINT_MAX_BYTES,
      resume: checkpoint !== undefined,
      ...(everyFuel === undefined ? {} : { everyFuel: String(everyFuel) }),
    };
  }
  const question = {
    header: { ...header },
    ...(checkpoint ? { extra: checkpoint } : {}),
    moreBytes: keeper ? CHECKPOINT_MAX_BYTES : 0,
  };
  try {
    const { answer, files } = await withJobChild(sandbox, program, job, question, options, child =>
      resultOf(child, job, options, keeper),
    );
    const result = describe(job, answer, files);
    await keeper?.clear();
    return { ...result, wallMs: performance.now() - startedAt, sandbox: sandbox.kind };
  } catch (error) {
    // To go on takes more memory than to begin: where there is not enough, the next run begins at the beginning.
    if (checkpoint && (error as KoinonError).code === 'K_HOST_MEMORY') await keeper?.clear();
    throw error;
  } finally {
    await keeper?.settle();
  }
}

/** Reads progress and checkpoints until the result comes. */
async function resultOf(
  child: Child,
  job: ExecutionJob,
  options: ExecutionOptions,
  keeper: CheckpointKeeper | undefined,
): Promise<{ answer: Answer & { kind: 'result' }; files: Uint8Array[] }> {
  const { fuel: fuelLimit, outputBytes } = job.manifest.limits;
  for (;;) {
    const message = await child.next();
    const answer = requireAnswer(message, options.maxMemoryBytes);
    if (answer.kind === 'progress') {
      if (message.files.length > 0) throw hostGarbled('progress with files');
      options.onProgress?.({ fuelUsed: answer.fuel, fraction: Math.min(1, Number(answer.fuel) / fuelLimit) });
      continue;
    }
    if (answer.kind === 'checkpoint') {
      if (!keeper || message.files.length !== 1) throw hostGarbled('a checkpoint nobody asked for');
      keeper.keep(message.files[0]!);
      continue;
    }
    if (answer.kind !== 'result') throw hostGarbled(`"${answer.kind}" is not for a job`);
    const { names, steps = 0 } = answer;
    const files = names.length + 2 + (steps > 0 ? 1 : 0);
    if (message.files.length !== files || new Set(names).size !== names.length)
      throw hostGarbled('its files do not match their names');
    const written = message.files.slice(0, names.length + 2).reduce((sum, file) => sum + file.length, 0);
    if (written > outputBytes + 2 * STREAM_MAX_BYTES) throw hostGarbled('more output than the limit');
    if (answer.fuel > BigInt(fuelLimit)) throw hostGarbled('more fuel than the limit');
    return { answer, files: message.files };
  }
}

type Described = Omit<ExecutionResult, 'wallMs' | 'sandbox'>;

function describe(job: ExecutionJob, answer: Answer & { kind: 'result' }, files: Uint8Array[]): Described {
  const outputs = new Map(answer.names.map((name, i) => [name, files[i + 2]!]));
  const stepRoots =
    job.manifest.executor === 'onnx'
      ? [fromHex(onnxStateRoot(outputs))]
      : answer.steps === undefined
        ? undefined
        : splitRoots(files.at(-1)!, answer.steps);
  return {
    exitCode: answer.exitCode,
    fuel: answer.fuel,
    outputs,
    traceRoot: answer.traceRoot,
    ...(stepRoots === undefined ? {} : { stepRoots }),
    ...(answer.resumed ? { resumedSteps: answer.resumed } : {}),
    stdout: files[0]!,
    stderr: files[1]!,
    ...(answer.trap === undefined ? {} : { trap: answer.trap }),
  };
}

/** 32 bytes each. */
export function splitRoots(bytes: Uint8Array, count = bytes.length / 32): Uint8Array[] {
  if (bytes.length !== 32 * count || bytes.length > ROOTS_MAX_BYTES)
    throw hostGarbled('the roots of its steps do not match their number');
  return Array.from({ length: count }, (_, i) => bytes.subarray(32 * i, 32 * i + 32));
}
