import type { AuditTerms } from '../port/audits.ts';
import type { CourtTerms } from '../port/court.ts';

/** What a network may set about its court; the windows follow from the challenge window. Amounts in KOIN base units. */
export interface CourtOptions {
  /** Expected seats of the first jury. */
  jurySeats?: number;
  /** A seat's pay, and what a seat on the wrong side loses. */
  jurorFee?: bigint;
  jurorPenalty?: bigint;
  accuseBond?: bigint;
  demandBond?: bigint;
  /** What an auditor loses that was drawn and stayed away. */
  absencePenalty?: bigint;
  /** Stake held once somebody disputes a receipt. */
  lien?: bigint;
  /** What an accuser gets that a jury bore out, beyond its bond. */
  bounty?: bigint;
  /** For every conviction that took no jury. */
  evidenceBounty?: bigint;
  /** For a node that was accused and acquitted. */
  compensation?: bigint;
}

/** What a network may set about its audits. Amounts in KOIN base units. */
export interface AuditOptions {
  ticketOdds?: bigint;
  plantDeposit?: bigint;
}

const KOIN = 10n ** 18n;

/** The windows of law L9: three juries of commit, reveal and appeal end within one challenge window. */
export function courtTerms(challengeWindowSeconds: number, options: CourtOptions = {}): CourtTerms {
  const part = (n: number) => Math.max(1, Math.floor(challengeWindowSeconds / n));
  return {
    evidenceSeconds: challengeWindowSeconds,
    demandSeconds: part(7),
    reportSeconds: part(7),
    commitSeconds: part(14),
    revealSeconds: part(14),
    appealSeconds: part(14),
    jurySeats: options.jurySeats ?? 15,
    maxRounds: 3,
    jurorFee: options.jurorFee ?? KOIN,
    jurorPenalty: options.jurorPenalty ?? 5n * KOIN,
    accuseBond: options.accuseBond ?? 50n * KOIN,
    demandBond: options.demandBond ?? KOIN,
    absencePenalty: options.absencePenalty ?? 10n * KOIN,
    lien: options.lien ?? 1_000n * KOIN,
    bounty: options.bounty ?? 20n * KOIN,
    evidenceBounty: options.evidenceBounty ?? 5n * KOIN,
    compensation: options.compensation ?? 10n * KOIN,
  };
}

export function auditTerms(challengeWindowSeconds: number, options: AuditOptions = {}): AuditTerms {
  return {
    ticketOdds: options.ticketOdds ?? 8n,
    plantDeposit: options.plantDeposit ?? 1_000n * KOIN,
    refundSeconds: 2 * challengeWindowSeconds,
    revealSeconds: challengeWindowSeconds,
    reportSeconds: Math.max(1, Math.floor(challengeWindowSeconds / 7)),
    maxK: 4,
  };
}

/** What fits a network of a few nodes on one machine. */
export const LOCAL_COURT: CourtOptions = { jurySeats: 3 };
