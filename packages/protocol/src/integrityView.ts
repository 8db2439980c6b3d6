import { z } from 'zod';
import { executionOpeningSchema } from './execution.ts';
import { address, bytes32, cid } from './schema.ts';

/**
 * What a node tells of the network's integrity, as JSON: the answers of `GET /api/integrity`, `GET /api/disputes` and
 * `GET /api/disputes/{id}`. Amounts are decimal strings of KOIN base units unless a token is named; chances and rates are
 * whole parts per million; times are unix seconds. It is the node's word: whoever doubts it asks the chain.
 */
const decimal = z.string().regex(/^(0|[1-9][0-9]*)$/);
const count = z.number().int().nonnegative().safe();
const ppm = z.number().int().min(0).max(1_000_000);
const seconds = z.number().int().nonnegative().safe();

export const grounds = [
  'receipts',
  'omission',
  'misplaced',
  'fork',
  'unavailability',
  'jury',
  'arithmetic',
  'report',
] as const;
export type CourtGround = (typeof grounds)[number];
const outcome = z.enum(['open', 'convicted', 'acquitted', 'undecided']);

/** One act of the court: what the timeline of a dispute is made of. */
export const courtFactViewSchema = z.object({
  what: z.enum([
    'accused',
    'jury-called',
    'vote-sealed',
    'vote-opened',
    'seal-opened',
    'appealed',
    'resolved',
    'vote-settled',
    'demanded',
    'demand-met',
    'convicted',
    'enforced',
    'pleaded',
    'refunded',
    'swept',
  ]),
  /** Dispute or demand; 32 zero bytes for what was decided at once. */
  id: bytes32,
  /** Whoever acted: accuser, juror, demander, node. */
  who: address.optional(),
  /** What the event says besides: `outcome`, `seats`, `round`, `amount`, `ground`… */
  details: z.record(z.string(), z.string()),
  timeSeconds: seconds,
  block: count,
  transaction: bytes32,
});
export type CourtFactView = z.infer<typeof courtFactViewSchema>;

const convictionViewSchema = z.object({
  accused: address,
  /** EIP-712 digest of the receipt, report or log head found false. */
  statement: bytes32,
  /** 32 zero bytes where it was decided at once. */
  dispute: bytes32,
  ground: z.enum(grounds),
  accuser: address,
  slashed: decimal,
  block: count,
  transaction: bytes32,
  timeSeconds: seconds,
});

/** Something the court decided or is deciding about one statement. */
export const disputeSummarySchema = z.object({
  /** Dispute or demand; of what was decided at once the statement itself. */
  id: bytes32,
  /** `jury`: one step before jurors. `demand`: something has to be shown. `evidence`: decided at once. */
  kind: z.enum(['jury', 'demand', 'evidence']),
  accused: address,
  /** Accuser or demander. */
  accuser: address,
  /** EIP-712 digest of what is disputed, a receipt mostly. */
  statement: bytes32,
  outcome,
  /** Once convicted. */
  ground: z.enum(grounds).optional(),
  slashed: decimal,
  openedAtSeconds: seconds,
  settledAtSeconds: seconds.optional(),
  /** While it is open: what it waits for, and until when. */
  stage: z.enum(['beacon', 'sealing', 'opening', 'appeal', 'answer', 'resolve', 'settled']),
  until: seconds.optional(),
});
export type DisputeSummary = z.infer<typeof disputeSummarySchema>;

const juryRoundViewSchema = z.object({
  round: count,
  beaconRound: decimal,
  commitUntil: seconds,
  revealUntil: seconds,
  appealUntil: seconds,
  /** Seats expected. */
  seats: count,
  revealedSeats: count,
  /** Outcome digest with most seats; 32 zero bytes before any vote is open. */
  leading: bytes32,
  leadingSeats: count,
  appellant: address.optional(),
});

/** A dispute with everything known of it; `GET /api/disputes/{id}`. */
export const disputeDetailSchema = disputeSummarySchema.extend({
  /** Oldest first. */
  timeline: z.array(courtFactViewSchema).max(4096),
  /** What a jury was asked; absent for the other kinds. */
  jury: z
    .object({
      step: decimal,
      /** Outcome digest the accused committed to, what the accuser opened, and what the jury found. */
      claimed: bytes32,
      opened: bytes32.optional(),
      majority: bytes32.optional(),
      stakeBlock: count,
      rounds: z.array(juryRoundViewSchema).max(16),
    })
    .optional(),
  /** What had to be shown; absent for the other kinds. */
  demand: z
    .object({
      what: z.enum(['inclusion', 'opening', 'trace', 'preimage', 'consistency', 'report']),
      index: decimal,
    })
    .optional(),
  /** What this node holds of the disputed work, so that a reader can replay a step; absent where it holds nothing public. */
  work: z
    .object({
      manifest: cid,
      opening: executionOpeningSchema.optional(),
      /** State root after every step as its provider told them, where it did. */
      roots: z.array(bytes32).max(8192).optional(),
    })
    .optional(),
});
/** As it is parsed; in JSON the fuel of the opening is decimal text. */
export type DisputeDetail = z.infer<typeof disputeDetailSchema>;

export const disputesViewSchema = z.object({
  /** Newest first. */
  disputes: z.array(disputeSummarySchema).max(1024),
});
export type DisputesView = z.infer<typeof disputesViewSchema>;

/** One audit the lot (or a data owner) asked for, as far as this node has seen it. */
export const auditViewSchema = z.object({
  receipt: bytes32,
  provider: address,
  auditor: address,
  by: z.enum(['lot', 'owner']),
  /** `due`: drawn and not reported yet. `missed`: the time for reporting is over. */
  state: z.enum(['due', 'agrees', 'differs', 'unavailable', 'missed']),
  drawnAtSeconds: seconds,
  reportedAtSeconds: seconds.optional(),
});
export type AuditView = z.infer<typeof auditViewSchema>;

/** Every factor of the residual risk of the next job of a provider (docs/assurance.md). */
export const riskViewSchema = z.object({
  /** sha-256 of the program whose record counts; absent for one never seen. */
  program: bytes32.optional(),
  /** Audits in a row that agreed. */
  agreements: count,
  /** What such a record asks for, what the bond asks for, and the greater of both. */
  recordRatePpm: ppm,
  bondRatePpm: ppm,
  auditRatePpm: ppm,
  /** Chance that an honest replay finds a wrong result. */
  detectionPpm: ppm,
  /** Share of the stake assumed to act together, auditors drawn, and the chance that all of these are among it. */
  adversarialSharePpm: ppm,
  auditors: count,
  collusionPpm: ppm,
  /** P(wrong and never found) = 1 − rate × detection × (1 − collusion). */
  undetectedPpm: ppm,
  /** What the provider has to lose, and the most it could gain: by this job and by those in flight. */
  lossOnDetection: decimal,
  gain: decimal,
  gainInFlight: decimal,
});
export type RiskView = z.infer<typeof riskViewSchema>;

export const providerViewSchema = z.object({
  operator: address,
  roles: z.array(z.string()).max(16),
  stake: decimal,
  /** Neither held by a dispute nor leaving. */
  freeStake: decimal,
  /** Free stake that maturing claims ask for. */
  exposure: decimal,
  convictions: count,
  risk: riskViewSchema,
});
export type ProviderView = z.infer<typeof providerViewSchema>;

export const logHealthSchema = z.object({
  operator: address,
  /** `ok`: everything seen is consistent. `unseen`: this node has not looked at it. `silent`: it does not answer. `late`: signed
   *  entries are not anchored in time. `forked`: it contradicts itself; that is evidence. */
  state: z.enum(['ok', 'unseen', 'silent', 'late', 'forked']),
  /** Largest size seen anywhere, and what is anchored. */
  size: decimal,
  anchoredSize: decimal,
  anchoredAtBlock: count,
  /** When it last anchored what this node looked at, or when the trouble was found. */
  checkedAtSeconds: seconds.optional(),
  /** What is wrong, one sentence. */
  trouble: z.string().max(1024).optional(),
});
export type LogHealth = z.infer<typeof logHealthSchema>;

/** The whole at one moment; `GET /api/integrity`. */
export const integrityViewSchema = z.object({
  atSeconds: seconds,
  block: count,
  beacon: z.enum(['block', 'drand-quicknet']),
  /** How long evidence is heard. */
  challengeWindowSeconds: seconds,
  audits: z.object({
    /** Receipts this node knows to have been before the lot, and how many of them were to be replayed. */
    receipts: count,
    drawn: count,
    /** Reports: all, and by verdict. */
    done: count,
    agrees: count,
    differs: count,
    unavailable: count,
    /** Newest first. */
    latest: z.array(auditViewSchema).max(100),
  }),
  disputes: z.object({ open: count, convicted: count, acquitted: count, undecided: count }),
  /** Newest first. */
  convictions: z.array(convictionViewSchema).max(100),
  slashed: decimal,
  providers: z.array(providerViewSchema).max(1024),
  logs: z.array(logHealthSchema).max(1024),
});
export type IntegrityView = z.infer<typeof integrityViewSchema>;
