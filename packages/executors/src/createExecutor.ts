import { type ExecutionOpening, fileList, fileListDigest, type Hex } from '@koinon/protocol';
import type { ExecutionResult, Executor } from './executor.ts';
import { runJob } from './host/runJob.ts';
import { findSandbox, type Sandbox, type SandboxKind } from './host/sandbox.ts';
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
export function createExecutor({ sandbox: wanted = 'auto' }: ExecutorOptions = {}): Executor {
  let sandbox: Promise<Sandbox> | undefined;
  return {
    run: async (job, options) => {
      sandbox ??= findSandbox(wanted);
      return runJob(await sandbox, workerFiles(job.manifest.executor), job, options);
    },
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
