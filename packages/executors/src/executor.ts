import type { Hex, Manifest } from '@koinon/protocol';
import type { Confinement, SandboxKind } from './host/confinement.ts';
import type { Predictor } from './predictor.ts';

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
  /**
   * Where checkpoints of this one job are kept, so that an interrupted run goes on from the last. They hold whatever the
   * program held, rows included; gone when `run` returns a result. Only for `wasm` programs that run in steps.
   */
  checkpoints?: CheckpointStore;
  /** Least fuel between two checkpoints; by default some seconds of work, more where memory is large. */
  checkpointFuel?: bigint;
}

/** Keeps the last checkpoint of one job. Failing to keep one does not fail the job. */
export interface CheckpointStore {
  load(): Promise<Uint8Array | undefined>;
  /** Replaces what was kept; durable when it returns. */
  save(checkpoint: Uint8Array): Promise<void>;
  clear(): Promise<void>;
}

/** What follows from the manifest, and the little that does not (`stdout`, `stderr`, `trap`, `wallMs`, `sandbox`). */
export interface ExecutionResult {
  exitCode: number;
  fuel: bigint;
  /** Files below /out by name, before the gate. */
  outputs: Map<string, Uint8Array>;
  traceRoot: Hex;
  /** State root after each step, 32 bytes each; the leaves of the trace. */
  stepRoots?: readonly Uint8Array[];
  /** Steps taken over from a checkpoint instead of being run. */
  resumedSteps?: number;
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
  /**
   * Runs one step alone, as a juror does. Besides what `run` throws: `K_STEP_STATE_MALFORMED` and
   * `K_STEP_STATE_MISMATCH` for a state that is none or has not the root, `K_STEP_STATE_UNFIT` where no execution of the
   * manifest can be in it or there is no such step.
   */
  replayStep?(job: ExecutionJob, step: StepRequest, options: StepOptions): Promise<StepResult>;
  /** Runs to the end of a step (0 is `_start`) and gives its state, as an accuser needs it. Throws as `replayStep`. */
  captureState?(job: ExecutionJob, stepIndex: number, options: StepOptions): Promise<CapturedState>;
  /**
   * Loads a model that stays and answers many times, kept from what jobs are kept from. Absent where no model is answered for.
   * Throws `K_MODEL_REFUSED`, `K_HOST_*`.
   */
  openModel?(model: Uint8Array): Promise<Predictor>;
  /** What jobs here are kept from, as measured; absent where nothing real runs. */
  confinement?(): Promise<Confinement>;
}

/** An executor that does everything with jobs, and loads models or not. */
export type JobExecutor = Executor & Required<Omit<Executor, 'openModel'>>;

export type StepOptions = Pick<ExecutionOptions, 'signal' | 'maxRunMs' | 'maxMemoryBytes'>;

export interface StepRequest {
  /** 0 is `_start`. */
  index: number;
  /** Encoded state after the step before (`encodeStepState`), and the root the trace has for it; for all but step 0. */
  from?: { state: Uint8Array; root: Hex };
}

/** What one step came to. `stepOutcomeOf` gives what a vote is made of. */
export interface StepResult {
  stateRoot: Hex;
  /** Whether the execution ends with this step; exit code and outputs are facts only then. */
  isLast: boolean;
  exitCode: number;
  /** Of all steps up to this one. */
  fuel: bigint;
  outputs: Map<string, Uint8Array>;
  trap?: string;
  wallMs: number;
  sandbox: SandboxKind;
}

export interface CapturedState {
  stateRoot: Hex;
  /** Of all steps up to this one; the last is `stateRoot`. */
  stepRoots: readonly Uint8Array[];
  /** Encoded (`encodeStepState`). */
  state: Uint8Array;
}
