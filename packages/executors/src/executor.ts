import type { Hex, Manifest } from '@koinon/protocol';
import type { SandboxKind } from './host/sandbox.ts';

/** One manifest with the bytes it names; whoever calls has checked their digests. */
export interface ExecutionJob {
  manifest: Manifest;
  /** The WebAssembly module or the ONNX model. */
  program: Uint8Array;
  /** By the name of the input; `params.json` is made from the manifest. */
  inputs: ReadonlyMap<string, Uint8Array>;
}

export interface ExecutionOptions {
  /** Aborting kills the child and rejects with `K_HOST_ABORTED`. */
  signal?: AbortSignal;
  /** Longest the child may take, milliseconds of wall time. */
  maxRunMs: number;
  /** Most memory the job may hold, bytes, beyond what an idle child takes. */
  maxMemoryBytes: number;
  /** Called between steps with the fuel so far and its share of the limit, 0 to 1. */
  onProgress?(progress: { fuelUsed: bigint; fraction?: number }): void;
}

/** What follows from the manifest, and the little that does not (`stdout`, `stderr`, `trap`, `wallMs`, `sandbox`). */
export interface ExecutionResult {
  exitCode: number;
  fuel: bigint;
  /** Files below /out by name, before the gate. */
  outputs: Map<string, Uint8Array>;
  traceRoot: Hex;
  stdout: Uint8Array;
  stderr: Uint8Array;
  /** Why the program was stopped, for a person; absent when it ended by itself. */
  trap?: string;
  wallMs: number;
  sandbox: SandboxKind;
}

/**
 * Runs a job in a child process of its own. What the program does (traps, runs out of fuel, exits with a code) is a
 * result. What the host does (`K_HOST_TIMEOUT`, `K_HOST_MEMORY`, `K_HOST_KILLED`, `K_HOST_GARBLED`,
 * `K_HOST_ABORTED`) is thrown, and makes no statement about the execution.
 */
export interface Executor {
  run(job: ExecutionJob, options: ExecutionOptions): Promise<ExecutionResult>;
}
