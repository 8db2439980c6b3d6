import type { Manifest } from '@koinon/protocol';
import type { ProgramShown, RequestShown } from '@koinon/protocol/requestWords';

/**
 * What the node's API answers, as this page uses it. The answers come from the node that served the page, which could
 * as well have served another page: so they are shown as that node's word, and whatever is called *checked* is parsed
 * and verified again from bytes by the checker (`src/checker`).
 */
export type Hex = `0x${string}`;

export interface Domains {
  chainId: number;
  nodes: Hex;
  escrow: Hex;
  datasets: Hex;
}

export interface Head {
  /** Decimal. */
  size: string;
  root: Hex;
  block: number;
}

export interface Status {
  name: string;
  operator: Hex;
  roles: string[];
  version: string;
  peerId: string;
  deployment: Domains & { token: Hex; models: Hex };
  block: { number: number; hash: Hex; timestampSeconds: number };
  log: { size: number; root: Hex; anchored: Head };
  pendingRequests: number;
  startedAtMs: number;
  /** What confines the jobs of this node; absent where it runs none. */
  sandbox?: Sandbox;
}

export interface Sandbox {
  setting: 'required' | 'available';
  isAdequate: boolean;
  jobsRunIn: string;
}

export interface NetworkNode {
  operator: Hex;
  owner: Hex;
  roles: string[];
  /** Base units of KOIN, decimal. */
  stake: string;
  peerId: string;
  multiaddrs: string[];
  log: Head;
  isSelf: boolean;
}

export interface Failure {
  code: string;
  message: string;
  next?: string;
}

export interface Study {
  id: string;
  request: {
    kind: 'train' | 'run';
    purpose: string;
    name?: string;
    dataset?: string;
    /** Test the model at the custodian, on rows held back. */
    privateTest?: boolean;
    /** Public rows of the requester's to test on. */
    testTable?: string;
    /** What a single run reads. */
    inputs?: { name: string; source: object }[];
  };
  state: 'running' | 'done' | 'failed';
  createdAtMs: number;
  failure?: Failure;
}

export interface Step {
  name: string;
  status: 'running' | 'done' | 'failed';
  startedAtMs: number;
  endedAtMs?: number;
  result?: unknown;
  failure?: Failure;
}

export type Message = Record<string, string | number>;
export interface Signed {
  message: Message;
  signature: Hex;
}

export interface Inclusion {
  node: Hex;
  leafSalt: Hex;
  index: number;
  size: number;
  root: Hex;
  path: Hex[];
  anchor: { transaction: Hex; block: number; blockHash: Hex };
}

export interface Audit {
  report: Signed;
  inclusion: Inclusion;
  choice:
    | { by: 'owner' }
    | {
        by: 'lot';
        beaconRound: string;
        beacon: Hex;
        stakeBlock: number;
        round: number;
        total: string;
        candidates: { operator: Hex; stake: string }[];
      };
}

export interface OutputFile {
  name: string;
  size: number;
  sha256: Hex;
  cid?: string;
}

export interface Opening {
  salt: Hex;
  exitCode: number;
  fuel: string;
  rawOutput: Hex;
  trace: Hex;
}

export interface JobEvidence {
  manifest: string;
  order: Signed;
  grant?: Signed;
  receipt: Signed;
  opening?: Opening;
  outputs: (OutputFile & { cid: string })[];
  verdict?: string;
  inclusion: Inclusion;
  audits: Audit[];
}

/** On public rows, at a node of strangers; or on rows of a dataset that were held back from training, at its custodian. */
export type Evaluation =
  | { data: string; predictions: JobEvidence; metrics: JobEvidence }
  | { heldBack: string; metrics: JobEvidence };

export interface Passport {
  name: string;
  model: string;
  publisher: Hex;
  createdAt: string;
  domains: Domains;
  datasets: { id: string; contentRoot: Hex; metadata: string; custodian: Hex }[];
  training: JobEvidence;
  evaluations: Evaluation[];
  parents: Hex[];
}

export interface ModelEntry {
  name: string;
  version: number;
  model: string;
  passport: string;
  registeredAtMs: number;
}

export interface Policy {
  minGroupRows: number;
  /** Most files of each class that one job may let out. */
  outputs: { model: number; metrics: number; evaluation: number };
  weightBits: number;
  ratePermille: number;
  groups: string[];
  opaqueBits: number;
  publicInputs: string[];
  candidates: boolean;
  bits: { job: number; requesterYear: number; year: number; total: number };
  maxUses: number;
  token: Hex;
  amount: string;
  dryRunAmount: string;
  auditors: Hex[];
  maxFuel: number;
  maxRunMs: number;
}

export interface Dataset {
  id: string;
  owner: Hex;
  custodian: Hex;
  contentRoot: Hex;
  policyDigest: Hex;
  metadataDigest: Hex;
  epoch: string;
  capMicroRho: string;
  spentMicroRho: string;
  reservedMicroRho: string;
  held?: { name: string; target?: string; policy: Policy };
}

export interface Croissant {
  name?: string;
  description?: string;
  license?: string;
  /** How many rows the owner made public; 0 for none. */
  'koinon:publicRows'?: number;
  /** As a stranger wrote it: read it with `descriptionOf`. */
  'koinon:table'?: unknown;
}

export interface DatasetDetail extends Dataset {
  said?: { name: string; target?: string; policy: Policy; publicTable?: string };
  metadata?: Croissant;
}

/** A request for private rows as its owner is shown it. */
export interface RequestView extends RequestShown {
  digest: Hex;
  number: number;
  request: Signed & { message: RequestShown['request']['message'] };
  reason?: string;
  grant?: Signed;
  receivedAtMs: number;
  expiresAtMs: number;
  dryRunAtMs?: number;
  manifest: Omit<Manifest, 'seed'> & { seed: Hex };
  program: ProgramShown;
  amount?: string;
  bound?: { bits: number; opaqueBits: number; terms: { bits: number; description: string }[] };
  /** Where it was asked for alone. */
  requester?: { operator: Hex; owner: Hex; stake: string; registeredAt: number };
}

export interface DryRun {
  exitCode: number;
  fuel: string;
  wallMs: number;
  trap?: string;
  stdout: string;
  stderr: string;
  word: 'released' | 'withheld';
  bits: number;
  reasons: { name: string; class: string; released: boolean; reasons: string[] }[];
  files: { name: string; sha256: Hex; base64: string }[];
}

export interface Job {
  order: Hex;
  requester: Hex;
  state: string;
  createdAtMs: number;
  receipt?: Hex;
  failure?: Failure;
  private: boolean;
  executor: string;
  /** What left this node, after the gate. */
  released?: OutputFile[];
}

export interface Transaction {
  transaction: Hex;
  block: number;
  blockHash: Hex;
  gasUsed: string;
}

export interface Port {
  name: string;
  datatype: string;
  shape: number[];
}
export interface ModelMetadata {
  name: string;
  inputs: Port[];
  outputs: Port[];
}

export interface InferAnswer {
  outputs: { name: string; shape: number[]; data: (string | number)[]; parameters?: { classes?: string } }[];
}

export interface GroupMetrics {
  column: string;
  value: string;
  /** Null where the rows are private: how many a group has is not told. */
  rows: number | null;
  accuracy: number | null;
  logLoss: number | null;
  rocAuc: number | null;
  expectedCalibrationError: number | null;
}
export interface EvaluationMetrics {
  kind: 'evaluation';
  rows: number;
  classes: string[];
  overall: Omit<GroupMetrics, 'column' | 'value' | 'rows'> & { rows: number };
  groups: GroupMetrics[];
}
