import { Outcomes } from '../bound/outcomes.ts';

/** A figure on its grid: which of its values, or that there is none. */
export type Level = number | null;

/**
 * What a loss may be told as: 0.01, and 3 % more each time, past 10. Worked out in millionths as whole numbers, so that
 * every engine has the same 235 values.
 */
export const LOSS_VALUES: readonly number[] = lossValues();

function lossValues(): number[] {
  const values: number[] = [];
  for (let micros = 10_000; micros < 10_300_000; micros = Math.floor((micros * 103 + 50) / 100))
    values.push(micros / 1_000_000);
  return values;
}

/** The loss nearest to a number; none for what is no number. */
export function lossLevel(loss: unknown): Level {
  if (typeof loss !== 'number' || !Number.isFinite(loss)) return null;
  const level = LOSS_VALUES.findIndex((value, i) => loss <= (value + (LOSS_VALUES[i + 1] ?? value)) / 2);
  return level < 0 ? LOSS_VALUES.length - 1 : level;
}

/** The rate, 0 to 1, nearest to a number, in steps of so many thousandths; none for what is no number. */
export function rateLevel(rate: unknown, permille: number): Level {
  if (typeof rate !== 'number' || !Number.isFinite(rate)) return null;
  const level = Math.floor((Math.min(1, Math.max(0, rate)) * 1000) / permille + 0.5);
  return Math.min(level, Math.floor(1000 / permille));
}

export function lossOf(level: Level): number | null {
  return level === null ? null : LOSS_VALUES[level]!;
}

export function rateOf(level: Level, permille: number): number | null {
  return level === null ? null : (level * permille) / 1000;
}

/** How many losses there are, none among them. */
export function lossOutcomes(): Outcomes {
  return Outcomes.of(LOSS_VALUES.length + 1);
}

/** How many rates there are, none among them. */
export function rateOutcomes(permille: number): Outcomes {
  return Outcomes.of(Math.floor(1000 / permille) + 2);
}
