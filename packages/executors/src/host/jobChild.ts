import { paramsFile, toHex } from '@koinon/protocol';
import { MAX_STEPS } from '@koinon/runtime';
import type { ExecutionJob, StepOptions } from '../executor.ts';
import { STREAM_MAX_BYTES } from '../runFrom.ts';
import type { JobHeader } from '../worker/headers.ts';
import { MAX_OUTPUTS } from './answer.ts';
import { type Child, startChild } from './child.ts';
import type { ChildProgram } from './command.ts';
import { hostAborted, hostTimeout } from './failures.ts';
import type { Sandbox } from './sandbox.ts';

/** Most bytes the roots of all steps take. */
export const ROOTS_MAX_BYTES = 32 * MAX_STEPS;

export interface Question {
  header: { kind: string; [member: string]: unknown };
  /** One more file, behind the inputs. */
  extra?: Uint8Array;
  /** Bytes of one answer beyond outputs, streams and roots. */
  moreBytes: number;
}

/** One job in one child: started for it, and gone when this returns or throws. `listen` reads what it says. */
export async function withJobChild<T>(
  sandbox: Sandbox,
  program: ChildProgram,
  job: ExecutionJob,
  { header, extra, moreBytes }: Question,
  { maxMemoryBytes, maxRunMs, signal }: StepOptions,
  listen: (child: Child) => Promise<T>,
): Promise<T> {
  if (signal?.aborted) throw hostAborted(signal.reason);
  const child = startChild(
    sandbox,
    program,
    { memoryBytes: maxMemoryBytes, cpuSeconds: Math.ceil((maxRunMs / 1000) * 4) + 10 },
    {
      headerBytes: 2 * 2 ** 20,
      files: MAX_OUTPUTS + 3,
      totalBytes: job.manifest.limits.outputBytes + 2 * STREAM_MAX_BYTES + ROOTS_MAX_BYTES + moreBytes,
    },
  );
  const timer = setTimeout(() => child.kill(hostTimeout(maxRunMs)), maxRunMs);
  const abort = () => child.kill(hostAborted(signal?.reason));
  signal?.addEventListener('abort', abort, { once: true });
  try {
    child.send({
      header: { ...jobHeader(job), ...header },
      files: [job.program, paramsFile(job.manifest), ...job.inputs.values(), ...(extra ? [extra] : [])],
    });
    return await listen(child);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
    child.kill(hostAborted('the job is over'));
    await child.closed;
  }
}

function jobHeader({ manifest, inputs }: ExecutionJob): JobHeader {
  return {
    names: [...inputs.keys()],
    limits: manifest.limits,
    seed: toHex(manifest.seed),
    timeMs: manifest.timeMs,
  };
}
