/** Counts of groups are given to the nearest of these. */
export const COUNT_STEP = 5;

/** Decimals of a rate, 0 to 1. */
const RATE_DECIMALS = 3;
/** Significant digits of a loss, and the most decimals it may take to write them. */
const LOSS_DIGITS = 3;
const LOSS_DECIMALS = 4;

/** A rate to three decimals: about 10 bits are left for whoever would hide something in it. */
export function roundRate(rate: number): number {
  return Number(rate.toFixed(RATE_DECIMALS));
}

/** A loss to three significant digits, none beyond the fourth decimal. */
export function roundLoss(loss: number): number {
  return Number(Number(loss.toPrecision(LOSS_DIGITS)).toFixed(LOSS_DECIMALS));
}

export function roundCount(rows: number): number {
  return Math.round(rows / COUNT_STEP) * COUNT_STEP;
}
