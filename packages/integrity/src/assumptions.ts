/** What no formula can know and a reader has to believe; docs/assurance.md argues for each number. */

/** Share of all stake that is assumed to act together against the buyer: a third. */
export const ADVERSARIAL_SHARE_PPM = 333_333;

/** Chance that a replay finds a wrong result: exact for public deterministic work. */
export const EXACT_DETECTION_PPM = 1_000_000;

/** Same where the comparison has a tolerance, or the work is private. */
export const TOLERANT_DETECTION_PPM = 980_000;

/** Chance that an auditor whom the data owner picked sides with the owner: nobody drew it, so one in two. */
export const OWNER_COLLUSION_PPM = 500_000;

/** Audits in a row that agree before fewer than all are audited (BOINC: `CONS_VALID_UNREPLICATED`). */
export const TRUSTED_FROM = 10;

/** However long the record, at least this rate of a trusted node is audited. */
export const RATE_FLOOR_PPM = 20_000;

/**
 * Share of a convicted stake that is burned for certain: the court pays jury and accuser out of at most a quarter of it, and a
 * cheater may be its own accuser.
 */
export const BURNED_SHARE_PPM = 750_000;
