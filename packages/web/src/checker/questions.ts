import type { ColumnWeight } from '@koinon/privacy';
import type { TableDescription } from '@koinon/protocol';
import type { Audit, Domains, Hex, Inclusion, RequestView, Signed } from '../api/answers.ts';

/** What was looked at, as the page shows it; the same shape as a check of `@koinon/verify`. */
export interface Check {
  id: string;
  job: string;
  state: 'ok' | 'failed' | 'skipped';
  title: string;
  detail: string;
  notes?: readonly string[];
}

export interface Statement {
  type: 'Order' | 'Receipt' | 'AuditReport' | 'Voucher' | 'GrantRequest' | 'Grant';
  signed: Signed;
  domains: Domains;
}

/** One level of an inclusion proof: what is known, what it is joined with, and on which side that stands. */
export interface ProofLevel {
  hash: Hex;
  sibling?: Hex;
  siblingIs?: 'left' | 'right';
}

/** What the model says it takes (`koinon.model` in its ONNX file). */
export interface ModelDescription {
  target: string;
  classes: string[];
  features: { name: string; type: 'number' | 'category'; categories?: string[] | undefined }[];
  rows: number;
}

export type Cell = number | string | null;

/** What a step came to here. */
export interface StepAnswer {
  /** What a juror would vote with. */
  outcome: Hex;
  stateRoot: Hex;
  isLast: boolean;
  exitCode: number;
  /** Decimal. */
  fuel: string;
  /** State its provider committed to after the step; absent where nobody told, or what was told is not the trace. */
  committedRoot?: Hex;
}

/** What can be asked of the checker: its arguments and its answer. Everything it reads, it parses and verifies. */
export interface Questions {
  /** A public manifest by name, decoded. */
  manifest: { args: { cid: string }; answer: Record<string, unknown> };
  /** A public structure by name, decoded. */
  structure: { args: { cid: string }; answer: unknown };
  /** Digest and signer of a statement. */
  statement: { args: Statement; answer: { digest: Hex; signer: Hex } };
  /** Whether a statement is in the log with the root, level by level. */
  inclusion: {
    args: { statement: Statement; inclusion: Inclusion };
    answer: { isIncluded: boolean; leaf: Hex; levels: ProofLevel[] };
  };
  /** The lot, drawn again for a receipt. */
  lot: {
    args: { receipt: Statement; leafSalt: Hex; choice: Extract<Audit['choice'], { by: 'lot' }> };
    answer: { auditors: Hex[]; draw: Hex };
  };
  /** One step of a public job, replayed alone; `roots` and `trace` are what its provider committed to, where told. */
  step: {
    args: { manifest: string; index: number; claimed: Hex; roots?: Hex[]; trace?: Hex };
    answer: StepAnswer;
  };
  /** What a public model takes and says. */
  description: { args: { model: string }; answer: ModelDescription };
  /** The first rows of a public table. */
  rows: { args: { table: string; limit: number }; answer: Record<string, Cell>[] };
  /** The digest that a grant for this job signs. */
  terms: { args: { manifest: RequestView['manifest'] }; answer: Hex };
  /** Weights of a model over a dataset's columns, largest first; none where it is no model of a known class. */
  weights: {
    args: { base64: string; description: TableDescription; target: unknown };
    answer: ColumnWeight[];
  };
  /** Verifies a passport and replays its public jobs; every check is an event before the answer, their number. */
  passport: { args: { cid: string }; answer: number };
}
export type Question = keyof Questions;

export interface Asked<Q extends Question = Question> {
  id: number;
  question: Q;
  args: Questions[Q]['args'];
  /** The node's token, where reading needs one. */
  token?: string;
}
export type Told =
  | { id: number; kind: 'check'; check: Check }
  | { id: number; kind: 'note'; text: string }
  | { id: number; kind: 'answer'; answer: unknown }
  | { id: number; kind: 'error'; message: string };
