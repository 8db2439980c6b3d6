import {
  type ExecutionOpening,
  fileList,
  fileListDigest,
  type Hex,
  type StepOutcome,
} from '@koinon/protocol';
import type { ExecutionJob, ExecutionResult, Executor, StepResult } from './executor.ts';
import { runJob } from './host/runJob.ts';
import { findSandbox, type Sandbox, type SandboxKind } from './host/sandbox.ts';
import { captureStateJob, replayStepJob } from './host/stepJob.ts';
import { workerFiles } from './host/workerFiles.ts';

export interface ExecutorOptions {
  /** `auto` (the default) takes bubblewrap where it works, else a plain process. */
  sandbox?: 'auto' | SandboxKind;
}

/**
 * The executor of this machine for every executor a manifest can name. Looks for sandboxes at the first job. Throws
 * from `run`: `K_HOST_*` (see `Executor`), `K_MODULE_REFUSED` and `K_MODEL_REFUSED` for programs outside their
 * profile, `K_SANDBOX_MISSING`, `K_NOT_BUILT`.
 */
export function createExecutor({ sandbox: wanted = 'auto' }: ExecutorOptions = {}): Required<Executor> {
  let found: Promise<Sandbox> | undefined;
  const sandbox = () => {
    found ??= findSandbox(wanted);
    return found;
  };
  const worker = (job: ExecutionJob) => workerFiles(job.manifest.executor);
  return {
    run: async (job, options) => runJob(await sandbox(), worker(job), job, options),
    replayStep: async (job, step, options) => replayStepJob(await sandbox(), worker(job), job, step, options),
    captureState: async (job, stepIndex, options) =>
      captureStateJob(await sandbox(), worker(job), job, stepIndex, options),
  };
}

/** What a receipt commits to. `salt` is `ZERO_32` for public orders. */
export function openingOf(result: ExecutionResult, salt: Hex): ExecutionOpening {
  return {
    salt,
    exitCode: result.exitCode,
    fuel: result.fuel,
    rawOutput: fileListDigest(fileList(result.outputs)),
    trace: result.traceRoot,
  };
}

/** What a vote on one step is made of. */
export function stepOutcomeOf(
  step: Pick<StepResult, 'stateRoot' | 'isLast' | 'exitCode' | 'fuel' | 'outputs'>,
): StepOutcome {
  const { stateRoot, isLast, exitCode, fuel, outputs } = step;
  if (!isLast) return { stateRoot };
  return { stateRoot, end: { exitCode, fuel, rawOutput: fileListDigest(fileList(outputs)) } };
}
