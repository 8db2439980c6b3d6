import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { KoinonError } from '@koinon/protocol';
import type { Clock } from '../ports/clock.ts';
import type { Gate } from '../ports/gate.ts';
import type { GateAnswers, GateTask } from './gateTask.ts';
import { sharedBytes, sharedFiles } from './sharedBytes.ts';
import { WorkerPool } from './workerPool.ts';

/**
 * Longest a thread may take, milliseconds. What a gate reads is bounded by its size, so only a fault of this machine comes
 * here; it must not decide what leaves, or an auditor on a quicker machine would decide otherwise.
 */
const GATE_DEADLINE_MS = 300_000;
const SIGNATURE_DEADLINE_MS = 60_000;
/** Tables and models of jobs lie beside the heap; what readers make of them is on it. */
const GATE_HEAP_MB = 1024;
const SIGNATURE_HEAP_MB = 128;
/** Each waiting task of a gate holds its files in memory; jobs and replays are few at a time anyway. */
const GATE_WAITING_MAX = 64;
const SIGNATURES_WAITING_MAX = 1024;

/**
 * The gate in threads of its own. Signatures have another thread than jobs: strangers can ask for as many as they like, and
 * a job must not wait behind them.
 */
export function gateInWorkers(clock: Clock): Gate & { close(): Promise<void> } {
  const script = workerScript();
  const jobs = new WorkerPool({
    script,
    clock,
    threads: 1,
    waitingMax: GATE_WAITING_MAX,
    deadlineMs: GATE_DEADLINE_MS,
    heapMaxMb: GATE_HEAP_MB,
  });
  const signatures = new WorkerPool({
    script,
    clock,
    threads: 1,
    waitingMax: SIGNATURES_WAITING_MAX,
    deadlineMs: SIGNATURE_DEADLINE_MS,
    heapMaxMb: SIGNATURE_HEAP_MB,
  });
  const ask = <K extends GateTask['kind']>(
    pool: WorkerPool,
    task: Extract<GateTask, { kind: K }>,
  ): Promise<GateAnswers[K]> => pool.run(task) as Promise<GateAnswers[K]>;

  return {
    apply: async input =>
      ask<'apply'>(jobs, {
        kind: 'apply',
        input: {
          ...input,
          outputs: await sharedFiles(input.outputs),
          inputs: await sharedFiles(input.inputs),
        },
      }),
    isKnownModel: async (bytes, description, target) =>
      ask<'isKnownModel'>(jobs, {
        kind: 'isKnownModel',
        bytes: await sharedBytes(bytes),
        description,
        target,
      }),
    describeModule: async bytes =>
      ask<'describeModule'>(jobs, { kind: 'describeModule', bytes: await sharedBytes(bytes) }),
    recoverSigner: (digest, signature) =>
      ask<'recoverSigner'>(signatures, { kind: 'recoverSigner', digest, signature }),
    close: async () => {
      await Promise.all([jobs.close(), signatures.close()]);
    },
  };
}

/** The bundled worker, or the source where this file itself is no part of a bundle. Throws `K_NOT_BUILT`. */
function workerScript(): URL {
  if (import.meta.url.endsWith('.ts')) return new URL('./gateWorker.ts', import.meta.url);
  // By the package's name, since the bundle this is in may be another package's.
  const script = new URL(import.meta.resolve('@koinon/kernel/gateWorker'));
  if (existsSync(fileURLToPath(script))) return script;
  throw new KoinonError({
    code: 'K_NOT_BUILT',
    message: `The gate's worker is not built (${fileURLToPath(script)} is missing).`,
    fault: 'platform',
    next: 'Run "npm start" or "npm test" once; both build what is missing.',
  });
}
