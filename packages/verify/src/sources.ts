import type {
  Candidate,
  Cid,
  CourtGround,
  Domains,
  ExecutionOpening,
  Hex,
  Manifest,
  recoverDigestSigner,
} from '@koinon/protocol';

/** Where the chain says a log stood. */
export interface AnchorOnChain {
  size: bigint;
  root: Hex;
  transaction: Hex;
  block: number;
  blockHash: Hex;
}

/** What the chain says about a dataset now. */
export interface DatasetOnChain {
  owner: Hex;
  custodian: Hex;
  contentRoot: Hex;
  policyDigest: Hex;
  metadataDigest: Hex;
  /** Raised by every sale, new policy and revocation; without it a change since the grant looks like a forgery. */
  epoch?: bigint;
}

/** What the chain says about a model. */
export interface ModelOnChain {
  /** Digest of the passport it names now. */
  passport: Hex;
  publisher: Hex;
  /** Digests of all passports it ever named; undefined where nobody could be asked. */
  earlier?: readonly Hex[];
}

/** A public job with everything it names. */
export interface ReplayJob {
  manifest: Manifest;
  program: Uint8Array;
  /** By the name of the input. */
  inputs: Map<string, Uint8Array>;
}

/** What an execution came to. */
export interface ReplayResult {
  exitCode: number;
  fuel: bigint;
  /** Files as the program wrote them. */
  outputs: Map<string, Uint8Array>;
  traceRoot: Hex | Uint8Array;
  /** State root after every step, where the executor tells them. */
  stepRoots?: readonly (Hex | Uint8Array)[];
}

/** How a signed statement stands before the court. */
export interface CourtFinding {
  outcome: 'open' | 'convicted' | 'acquitted' | 'undecided';
  /** Once convicted. */
  ground?: CourtGround;
  /** Absent for what was decided at once. */
  dispute?: Hex;
  /** What jurors were asked to replay, what the accused had committed to, and what they found. */
  step?: bigint;
  claimed?: Hex;
  majority?: Hex;
  accuser?: Hex;
  /** Base units of KOIN. */
  slashed?: bigint;
  /** Where it was decided. */
  block?: number;
  transaction?: Hex;
}

/** What a replay of one step alone came to. */
export interface StepResult {
  /** State root it began from; undefined for step 0. */
  before?: Hex;
  stateRoot: Hex;
  /** After the last step only. */
  end?: Pick<ExecutionOpening, 'exitCode' | 'fuel' | 'rawOutput'>;
  /** Own state roots of all steps before, where it was run from the beginning. */
  roots?: readonly Hex[];
  /** The state it began from, where it can be given to others (`encodeStepState`). */
  state?: Uint8Array;
}

/**
 * Whom a verifier may ask. Only `blob` is needed, and nobody need trust it: what it gives is hashed. Without the others
 * the checks that need them are skipped, and say so. A source that throws gave no answer; `undefined` means "there is
 * none".
 */
export interface Sources {
  /** The content of a blob; for one above a chunk its whole bytes, not the list of its chunks. */
  blob(cid: Cid): Promise<Uint8Array | undefined>;
  /** From the chain, or what a node says of it: the operator's first anchor with at least `size` entries. */
  anchor?(operator: Hex, size: bigint): Promise<AnchorOnChain | undefined>;
  dataset?(id: bigint): Promise<DatasetOnChain | undefined>;
  model?(digest: Hex): Promise<ModelOnChain | undefined>;
  /** A block by its number. */
  block?(number: number): Promise<{ hash: Hex; timestampSeconds: number } | undefined>;
  /** The staked auditors a lot had to be drawn from: those before `anchorBlock`, without the parties' own nodes. */
  candidates?(draw: { anchorBlock: number; provider: Hex; requester: Hex }): Promise<readonly Candidate[]>;
  /** Stake of all nodes as that block ended, base units of KOIN. */
  totalStake?(block: number): Promise<bigint>;
  /** Numbers nobody could know before: the first such round after a block, and the value of a round. */
  beacon?: { roundAfter(block: number): Promise<bigint>; value(round: bigint): Promise<Hex | undefined> };
  /** What the court made of a statement (EIP-712 digest of a receipt or report); undefined while nobody disputed it. */
  court?(statement: Hex): Promise<CourtFinding | undefined>;
  /** State roots after every step as the provider told them, to be held to the trace its receipt commits to. */
  trace?(receipt: Hex): Promise<readonly Hex[] | undefined>;
  /** Who signed a digest, where it is found out in a way of the caller's own: elsewhere, or only once for each signature. */
  recover?: typeof recoverDigestSigner;
  /** Runs a public job again. Throws where this machine could not, which proves nothing. */
  replay?(job: ReplayJob): Promise<ReplayResult>;
  /** Runs one step alone, from the state given, else by running to it. Throws where this machine could not. */
  replayStep?(
    job: ReplayJob,
    step: { index: number; from?: Uint8Array; fromRoot?: Hex },
  ): Promise<StepResult>;
  /** The network the evidence should belong to. */
  domains?: Domains;
  /** Names of programs known to do what they say, by sha-256 digest of their bytes. */
  programs?: ReadonlyMap<Hex, string>;
}
