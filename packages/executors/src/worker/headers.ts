import type { Manifest } from '@koinon/protocol';

/** What every job in WebAssembly begins with. Files: the program, params.json, then the inputs in the order of `names`. */
export interface JobHeader {
  names: string[];
  limits: Manifest['limits'];
  /** Hexadecimal with `0x`. */
  seed: string;
  timeMs: number;
}

/** Host to child: run this once. */
export interface RunHeader extends JobHeader {
  kind: 'run';
  /** Leave checkpoints no larger than this, so far apart; one more file, behind the inputs, is where to go on from. */
  checkpoints?: { maxBytes: number; everyFuel?: string; resume: boolean };
}

/** Host to child: run one step. One more file, behind the inputs, is the state before it, where `fromRoot` is given. */
export interface ReplayHeader extends JobHeader {
  kind: 'replay';
  stepIndex: number;
  /** Hexadecimal with `0x`. */
  fromRoot?: string;
}

/** Host to child: run to the end of a step and tell the state. */
export interface CaptureHeader extends JobHeader {
  kind: 'capture';
  stepIndex: number;
}

/** Host to child: load this model and stay. Files: the model. */
export interface LoadHeader {
  kind: 'load';
  /** Whatever the host calls it; comes back. */
  model: string;
}

/** Host to child: predict. Files: one per column, float32 in the machine's order, empty where `words` are given. */
export interface PredictHeader {
  kind: 'predict';
  id: number;
  rows: number;
  columns: Array<{ name: string; words?: string[] }>;
}
