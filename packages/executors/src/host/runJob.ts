import { paramsFile, toHex } from '@koinon/protocol';
import type { ExecutionJob, ExecutionOptions, ExecutionResult } from '../executor.ts';
import type { RunHeader } from '../worker/headers.ts';
import { type Answer, MAX_OUTPUTS, requireAnswer } from './answer.ts';
import { type Child, startChild } from './child.ts';
import type { ChildProgram } from './command.ts';
import { hostAborted, hostGarbled, hostTimeout } from './failures.ts';
import type { Sandbox } from './sandbox.ts';

/** Bytes of stdout and stderr that leave the child, each. */
export const STREAM_MAX_BYTES = 64 * 1024;

/** One job in one child: started for it, and gone when this returns or throws. */
export async function runJob(
  sandbox: Sandbox,
  program: ChildProgram,
  job: ExecutionJob,
  options: ExecutionOptions,
): Promise<ExecutionResult> {
  const { maxMemoryBytes, maxRunMs, signal } = options;
  const { limits } = job.manifest;
  if (signal?.aborted) throw hostAborted(signal.reason);
  const startedAt = performance.now();
  const child = startChild(
    sandbox,
    program,
    { memoryBytes: maxMemoryBytes, cpuSeconds: Math.ceil((maxRunMs / 1000) * 4) + 10 },
    {
      headerBytes: 2 * 2 ** 20,
      files: MAX_OUTPUTS + 2,
      totalBytes: limits.outputBytes + 2 * STREAM_MAX_BYTES,
    },
  );
  const timer = setTimeout(() => child.kill(hostTimeout(maxRunMs)), maxRunMs);
  const abort = () => child.kill(hostAborted(signal?.reason));
  signal?.addEventListener('abort', abort, { once: true });
  try {
    child.send({
      header: runHeader(job),
      files: [job.program, paramsFile(job.manifest), ...job.inputs.values()],
    });
    const { answer, files } = await resultOf(child, options, limits.fuel);
    return {
      exitCode: answer.exitCode,
      fuel: answer.fuel,
      outputs: new Map(answer.names.map((name, i) => [name, files[i + 2]!])),
      traceRoot: answer.traceRoot,
      stdout: files[0]!,
      stderr: files[1]!,
      ...(answer.trap === undefined ? {} : { trap: answer.trap }),
      wallMs: performance.now() - startedAt,
      sandbox: sandbox.kind,
    };
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
    child.kill(hostAborted('the job is over'));
    await child.closed;
  }
}

function runHeader({ manifest, inputs }: ExecutionJob): Record<string, unknown> {
  const header: RunHeader = {
    kind: 'run',
    names: [...inputs.keys()],
    limits: manifest.limits,
    seed: toHex(manifest.seed),
    timeMs: manifest.timeMs,
  };
  return { ...header };
}

/** Reads progress until the result comes. */
async function resultOf(
  child: Child,
  options: ExecutionOptions,
  fuelLimit: number,
): Promise<{ answer: Answer & { kind: 'result' }; files: Uint8Array[] }> {
  for (;;) {
    const message = await child.next();
    const answer = requireAnswer(message, options.maxMemoryBytes);
    if (answer.kind === 'progress') {
      if (message.files.length > 0) throw hostGarbled('progress with files');
      options.onProgress?.({ fuelUsed: answer.fuel, fraction: Math.min(1, Number(answer.fuel) / fuelLimit) });
      continue;
    }
    if (answer.kind !== 'result') throw hostGarbled(`"${answer.kind}" is not for a job`);
    const { names } = answer;
    if (message.files.length !== names.length + 2 || new Set(names).size !== names.length)
      throw hostGarbled('its files do not match their names');
    if (answer.fuel > BigInt(fuelLimit)) throw hostGarbled('more fuel than the limit');
    return { answer, files: message.files };
  }
}
