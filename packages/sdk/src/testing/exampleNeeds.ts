import type { Hex } from '@koinon/protocol';
import type { Koinon } from '../connect.ts';

/** What the examples of the doc comments speak of. */
export interface ExampleNeeds {
  koinon: Koinon;
  url: string;
  token: string;
  csv: string;
  auditor: Hex;
  /** A request that waits, and the bits of one use. */
  request: Hex;
  bits: number;
  /** A request that nobody wants. */
  unwanted: Hex;
  dataset: string;
  /** Names of a program, of a public table and of a study. */
  program: string;
  table: string;
  study: string;
}
