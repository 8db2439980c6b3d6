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
  request: { kind: 'train' | 'run'; purpose: string; name?: string; dataset?: string };
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

export interface Passport {
  name: string;
  model: string;
  publisher: Hex;
  createdAt: string;
  domains: Domains;
  datasets: { id: string; contentRoot: Hex; metadata: string; custodian: Hex }[];
  training: JobEvidence;
  evaluations: { data: string; predictions: JobEvidence; metrics: JobEvidence }[];
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
  artefactClasses: string[];
  maxArtefactBytes: number;
  maxTotalBytes: number;
  token: Hex;
  amount: string;
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
  recordSet?: { field?: { name: string; dataType?: string; 'koinon:dictionary'?: string[] }[] }[];
  'koinon:approximateRows'?: number;
}

export interface DatasetDetail extends Dataset {
  said?: { name: string; target?: string; policy: Policy; publicTable?: string };
  metadata?: Croissant;
}

export interface GrantCase {
  digest: Hex;
  request: Signed;
  status: 'pending' | 'approved' | 'denied';
  reason?: string;
  grant?: Signed;
  receivedAtMs: number;
  manifest: Record<string, unknown>;
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
  rows: number;
  accuracy: number | null;
  logLoss: number | null;
  rocAuc: number | null;
  expectedCalibrationError: number | null;
}
export interface EvaluationMetrics {
  kind: 'evaluation';
  rows: number;
  classes: string[];
  overall: Omit<GroupMetrics, 'column' | 'value'>;
  groups: GroupMetrics[];
}
