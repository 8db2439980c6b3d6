import { usageError } from './usageError.ts';

const MOST_SECONDS = 10 * 365 * 86_400;

/** Whole seconds from an option, `least` to ten years. Throws `K_USAGE`. */
export function parseSeconds(option: string, text: string, least = 1): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isInteger(value) && value >= least && value <= MOST_SECONDS) return value;
  throw usageError(
    `${option} cannot be "${text}".`,
    `Give whole seconds from ${least} on, such as 604800, which is a week.`,
  );
}
