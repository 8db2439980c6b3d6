import type { ExecutionOpening, Hex, LogHead, Order, Receipt, Signed } from '@koinon/protocol';
import type { ChannelParams } from './escrow.ts';
import type { Mined, WriteOptions } from './transaction.ts';

export type Ground =
  | 'receipts'
  | 'omission'
  | 'misplaced'
  | 'fork'
  | 'unavailability'
  | 'jury'
  | 'arithmetic'
  | 'report';
export type CourtOutcome = 'open' | 'convicted' | 'acquitted' | 'undecided';
export type Demanded = 'inclusion' | 'opening' | 'trace' | 'preimage' | 'consistency' | 'report';

/** Where an entry stands in its signer's log; `path` leads to the root of anchor `anchorIndex`. */
export interface Place {
  leafSalt: Hex;
  anchorIndex: bigint;
  path: Hex[];
}

/** One step of a trace as the trace root binds it; paths are RFC 6962. */
export interface StepClaim {
  index: bigint;
  count: bigint;
  /** 32 zero bytes and no path for step 0. */
  previousRoot: Hex;
  previousPath: Hex[];
  root: Hex;
  path: Hex[];
}

/** One round of a jury. Times are unix seconds. */
export interface JuryView {
  round: number;
  beaconRound: bigint;
  commitUntil: number;
  revealUntil: number;
  appealUntil: number;
  /** Expected seats. */
  seats: number;
  revealedSeats: number;
  leading: Hex;
  leadingSeats: number;
  appellant: Hex | undefined;
}

export interface DisputeView {
  dispute: Hex;
  accused: Hex;
  accuser: Hex;
  receipt: Hex;
  step: bigint;
  /** Outcome digest the accused committed to. */
  claimed: Hex;
  /** State root the disputed step starts from; 32 zero bytes: from the manifest. Paths bind this, not the step's number. */
  previousRoot: Hex;
  seal: Hex;
  opened: Hex | undefined;
  /** Stake counts as this block ended. */
  stakeBlock: number;
  outcome: CourtOutcome;
  majority: Hex | undefined;
  /** All rounds so far, the last one is the present one. */
  juries: JuryView[];
  /** Block in which it was opened. */
  block: number;
}

export interface DemandView {
  demand: Hex;
  node: Hex;
  statement: Hex;
  demander: Hex;
  what: Demanded;
  index: bigint;
  /** Unix seconds until which an answer is taken. */
  until: number;
  outcome: CourtOutcome;
  block: number;
}

/** What the court found, or what became of a dispute; for timelines. */
export interface CourtFact {
  block: number;
  transaction: Hex;
  /** Unix seconds. */
  timeSeconds: number;
  what:
    | 'accused'
    | 'jury-called'
    | 'vote-sealed'
    | 'vote-opened'
    | 'seal-opened'
    | 'appealed'
    | 'resolved'
    | 'vote-settled'
    | 'demanded'
    | 'demand-met'
    | 'convicted'
    | 'enforced'
    | 'pleaded'
    | 'refunded'
    | 'swept';
  /**
   * Dispute or demand id; 32 zero bytes for a conviction decided at once; of `enforced` whatever the stake was locked
   * under; of `pleaded`, `refunded` and `swept` the receipt.
   */
  id: Hex;
  /** Whoever acted: accuser, juror, demander, node; the payer of a refund. */
  who?: Hex;
  /** The event's other values by their names in ICourt.sol: addresses and digests in hex, numbers in decimal. */
  details: Record<string, string>;
}

export interface Conviction {
  accused: Hex;
  statement: Hex;
  dispute: Hex;
  ground: Ground;
  /** Whoever raised it: for a dispute or demand not who happened to end it. */
  accuser: Hex;
  /** KOIN base units, locked by the conviction and taken when it is enforced. */
  slashed: bigint;
  block: number;
  transaction: Hex;
}

/** Constants the court was deployed with: seconds, and KOIN base units. */
export interface CourtTerms {
  evidenceSeconds: number;
  demandSeconds: number;
  reportSeconds: number;
  commitSeconds: number;
  revealSeconds: number;
  appealSeconds: number;
  jurySeats: number;
  maxRounds: number;
  jurorFee: bigint;
  jurorPenalty: bigint;
  accuseBond: bigint;
  demandBond: bigint;
  absencePenalty: bigint;
  lien: bigint;
  bounty: bigint;
  /** For every conviction that took no jury. */
  evidenceBounty: bigint;
  /** For a node that was accused and acquitted. */
  compensation: bigint;
}

/** What is held for a receipt while something about it is open. */
export interface CaseView {
  /** Base units of KOIN of its provider's stake. */
  lien: bigint;
  /** Base units of its token. */
  frozen: bigint;
  /** Disputes and demands. */
  open: number;
  /** Unix seconds: when the first was opened; once none is open any more, when the last was closed. */
  at: number | undefined;
}

/** The court (contracts/src/interfaces/ICourt.sol has the rules). Bonds are allowed for and taken from the sender. */
export interface Court {
  readonly address: Hex;
  terms(): Promise<CourtTerms>;

  accuseReceipts(
    a: { receipt: Signed<'Receipt'>; opening: ExecutionOpening },
    b: { receipt: Signed<'Receipt'>; opening: ExecutionOpening },
    options?: WriteOptions,
  ): Promise<Mined>;
  accuseOmittedReceipt(receipt: Signed<'Receipt'>, options?: WriteOptions): Promise<Mined>;
  accuseOmittedReport(report: Signed<'AuditReport'>, options?: WriteOptions): Promise<Mined>;
  accuseMisplacedReceipt(
    receipt: Signed<'Receipt'>,
    found: { entryType: number; digest: Hex; place: Place },
    options?: WriteOptions,
  ): Promise<Mined>;
  accuseHeads(a: Signed<'LogHead'>, b: Signed<'LogHead'>, options?: WriteOptions): Promise<Mined>;
  accuseHead(head: Signed<'LogHead'>, anchorIndex: bigint, options?: WriteOptions): Promise<Mined>;
  accuseReport(report: Signed<'AuditReport'>, receipt: Receipt, options?: WriteOptions): Promise<Mined>;
  /** `evidence` as the court's arithmetic contract takes it; refused where there is none (the twin has none). */
  accuseByArithmetic(
    receipt: Signed<'Receipt'>,
    opening: ExecutionOpening,
    evidence: Hex,
    options?: WriteOptions,
  ): Promise<Mined>;

  /** Takes the stake a conviction locked. `id`: dispute or demand; the statement where it was decided at once. */
  enforce(accused: Hex, id: Hex, options?: WriteOptions): Promise<Mined>;
  /** What `enforce` would take; undefined when there is nothing to take. */
  sentenceOf(accused: Hex, id: Hex): Promise<{ amount: bigint; bountyTo: Hex } | undefined>;
  /** Shows that a receipt is a planted fault; `anchorIndex`: the first of the provider's anchors that covers it. */
  plead(receipt: Receipt, anchorIndex: bigint, options?: WriteOptions): Promise<Mined>;
  isPlanted(receipt: Hex): Promise<boolean>;
  /** Whether a replay (jury or arithmetic) showed the receipt to be false, on whatever ground it was convicted first. */
  isRefuted(receipt: Hex): Promise<boolean>;
  caseOf(receipt: Hex): Promise<CaseView>;

  demand(
    receipt: Signed<'Receipt'>,
    order: Order,
    what: Exclude<Demanded, 'consistency' | 'report'>,
    index: bigint,
    options?: WriteOptions,
  ): Promise<Mined & { demand: Hex }>;
  demandConsistency(
    head: Signed<'LogHead'>,
    anchorIndex: bigint,
    options?: WriteOptions,
  ): Promise<Mined & { demand: Hex }>;
  demandReport(
    receipt: Signed<'Receipt'>,
    order: Order,
    place: Place,
    auditor: Hex,
    options?: WriteOptions,
  ): Promise<Mined & { demand: Hex }>;
  answerInclusion(demand: Hex, receipt: Receipt, place: Place, options?: WriteOptions): Promise<Mined>;
  answerOpening(
    demand: Hex,
    receipt: Receipt,
    opening: ExecutionOpening,
    options?: WriteOptions,
  ): Promise<Mined>;
  answerTrace(
    demand: Hex,
    receipt: Receipt,
    trace: { opening: ExecutionOpening; count: bigint; root: Hex; path: Hex[] },
    options?: WriteOptions,
  ): Promise<Mined>;
  answerPreimage(demand: Hex, receipt: Receipt, bytes: Uint8Array, options?: WriteOptions): Promise<Mined>;
  answerReport(
    demand: Hex,
    receipt: Receipt,
    report: Signed<'AuditReport'>,
    options?: WriteOptions,
  ): Promise<Mined>;
  answerConsistency(demand: Hex, head: LogHead, path: Hex[], options?: WriteOptions): Promise<Mined>;
  /** `receipt`: what the demand is about; not needed where that is a log head. */
  closeDemand(demand: Hex, receipt: Receipt | undefined, options?: WriteOptions): Promise<Mined>;

  /** One dispute a step. `seal`: `sealOf(outcome, salt)` of the accuser's own outcome. */
  accuse(
    receipt: Signed<'Receipt'>,
    order: Order,
    opening: ExecutionOpening,
    step: StepClaim,
    seal: Hex,
    options?: WriteOptions,
  ): Promise<Mined & { dispute: Hex }>;
  /** keccak256(abi.encode(outcome, salt)). */
  sealOf(outcome: Hex, salt: Hex): Hex;
  /** keccak256(abi.encode(dispute, round, juror, outcome, salt)). */
  voteOf(dispute: Hex, round: number, juror: Hex, outcome: Hex, salt: Hex): Hex;
  sealVote(dispute: Hex, vote: Hex, options?: WriteOptions): Promise<Mined>;
  openVote(dispute: Hex, outcome: Hex, salt: Hex, options?: WriteOptions): Promise<Mined>;
  openSeal(dispute: Hex, outcome: Hex, salt: Hex, options?: WriteOptions): Promise<Mined>;
  appeal(dispute: Hex, options?: WriteOptions): Promise<Mined>;
  /** Bond of the next appeal, KOIN base units. */
  appealBond(dispute: Hex): Promise<bigint>;
  resolve(dispute: Hex, options?: WriteOptions): Promise<Mined>;
  settleVote(dispute: Hex, round: number, juror: Hex, options?: WriteOptions): Promise<Mined>;
  /** Seats of a juror; undefined while the beacon's value is not known. */
  seats(dispute: Hex, round: number, juror: Hex): Promise<number | undefined>;
  /** Whether the juror's sealed vote stands, opened or not. */
  voteState(dispute: Hex, round: number, juror: Hex): Promise<'none' | 'sealed' | 'opened' | 'settled'>;

  owed(token: Hex, account: Hex): Promise<bigint>;
  withdraw(token: Hex, options?: WriteOptions): Promise<Mined>;
  refund(
    receipt: Receipt,
    order: Order,
    params: ChannelParams,
    voucher: Signed<'Voucher'>,
    inclusion: { index: bigint; size: bigint; path: Hex[] },
    options?: WriteOptions,
  ): Promise<Mined>;
  /** Burns what was frozen for a convicted receipt and nobody asked for in time. */
  sweep(receipt: Hex, options?: WriteOptions): Promise<Mined>;

  /** Undefined while the statement (EIP-712 digest) stands unrefuted. */
  groundOf(statement: Hex): Promise<Ground | undefined>;
  dispute(id: Hex): Promise<DisputeView | undefined>;
  demandOf(id: Hex): Promise<DemandView | undefined>;
  /** The rest is read from the event index, oldest first. */
  disputes(): Promise<DisputeView[]>;
  demands(): Promise<DemandView[]>;
  convictions(): Promise<Conviction[]>;
  /** Everything the court did about an id, in chain order; all when none is given. */
  timeline(id?: Hex): Promise<CourtFact[]>;
}
