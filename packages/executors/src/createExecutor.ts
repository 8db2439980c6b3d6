import type { ExecutionJob, Executor } from './executor.ts';
import type { Confinement, SandboxKind } from './host/confinement.ts';
import { confinementGuard } from './host/confinementGuard.ts';
import { runJob } from './host/runJob.ts';
import { type FindSandbox, findSandbox } from './host/sandbox.ts';
import { captureStateJob, replayStepJob } from './host/stepJob.ts';
import { workerFiles } from './host/workerFiles.ts';
import { createPredictor } from './predictor.ts';

export interface ExecutorOptions {
  /** `auto` (the default) takes the best that works: bubblewrap, namespaces, a plain process. */
  sandbox?: 'auto' | SandboxKind;
  /** True runs nothing where the sandbox is not adequate (`isAdequate`), and looks again now and then. */
  isRequired?: boolean;
  /** How the sandbox is found; for tests. */
  find?: FindSandbox;
  /** Told what confines jobs when that is first known, and when it changed. */
  onFound?: (confinement: Confinement) => void;
  /** Milliseconds that only grow; for tests. */
  nowMs?: () => number;
}

/**
 * The executor of this machine for every executor a manifest can name. Looks for sandboxes at the first job, or when it
 * is asked what confines jobs. Throws from `run`: `K_HOST_*` (see `Executor`), `K_MODULE_REFUSED` and `K_MODEL_REFUSED`
 * for programs outside their profile, `K_SANDBOX_REQUIRED`, `K_SANDBOX_MISSING`, `K_NOT_BUILT`.
 */
export function createExecutor(options: ExecutorOptions = {}): Required<Executor> {
  const { sandbox: wanted = 'auto', isRequired = false, find = findSandbox, onFound, nowMs } = options;
  const guard = confinementGuard({
    find: more => find(wanted, more),
    isRequired,
    ...(onFound ? { onFound } : {}),
    ...(nowMs ? { nowMs } : {}),
  });
  const worker = (job: ExecutionJob) => workerFiles(job.manifest.executor);
  return {
    run: async (job, options) => runJob(await guard.sandbox(), worker(job), job, options),
    replayStep: async (job, step, options) =>
      replayStepJob(await guard.sandbox(), worker(job), job, step, options),
    captureState: async (job, stepIndex, options) =>
      captureStateJob(await guard.sandbox(), worker(job), job, stepIndex, options),
    openModel: createPredictor,
    confinement: guard.confinement,
  };
}
