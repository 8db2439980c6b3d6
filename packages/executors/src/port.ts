/** Jobs and what runs them, without anything that only a Node process has: what a page can import too. */
export type {
  CheckpointStore,
  ExecutionJob,
  ExecutionOptions,
  ExecutionResult,
  Executor,
  JobExecutor,
  StepOptions,
} from './executor.ts';
export { CheckpointKeeper } from './host/checkpointKeeper.ts';
export { type Confinement, confinementText, isAdequate } from './host/confinement.ts';
export { unconfined } from './host/confinementGuard.ts';
export { hostAborted, hostTimeout } from './host/failures.ts';
export { openingOf, stepOutcomeOf } from './openings.ts';
export { readCheckpoint, runFrom, STREAM_MAX_BYTES } from './runFrom.ts';
