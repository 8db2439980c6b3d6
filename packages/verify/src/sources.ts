import type { Candidate, Cid, Domains, Hex, Manifest } from '@koinon/protocol';

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
  /** Runs a public job again. Throws where this machine could not, which proves nothing. */
  replay?(job: ReplayJob): Promise<ReplayResult>;
  /** The network the evidence should belong to. */
  domains?: Domains;
  /** Names of programs known to do what they say, by sha-256 digest of their bytes. */
  programs?: ReadonlyMap<Hex, string>;
}
