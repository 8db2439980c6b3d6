import type { Manifest } from '@koinon/protocol';

/** Host to child: run this once. Files: the program, params.json, then the inputs in the order of `names`. */
export interface RunHeader {
  kind: 'run';
  names: string[];
  limits: Manifest['limits'];
  /** Hexadecimal with `0x`. */
  seed: string;
  timeMs: number;
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
