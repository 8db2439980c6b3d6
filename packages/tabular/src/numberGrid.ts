import { exponentOf, type NumberGrid } from '@koinon/protocol';

/** Units are 2^-32 to 2^31: 64 of them. */
const LEAST_EXPONENT = -32;
const MOST_EXPONENT = 31;
/** Centres are -127 to 127 units: 255 of them. */
const MOST_UNITS = 127;
/** Centres of stated ranges, which tell nothing, need only be exact in float32. */
const MOST_STATED_UNITS = 2 ** 22;

/** What a column says that has too few cells, or the same in all. It is one of the values counted in `GRID_BITS`. */
const NOTHING: NumberGrid = { centre: 0, unit: 1 };

/** Bits that the grid of a column computed from its cells tells: 64 units times 255 centres are 16,320 below 2^14. */
export const GRID_BITS = 14;

/**
 * Centre and unit of these cells (NaN where missing): the unit is the power of two nearest to their standard deviation in
 * the logarithm, doubled while the mean lies beyond 127 units; the centre is the multiple of it nearest to the mean. Fewer
 * present cells than `minRows`, or no deviation, give centre 0 and unit 1.
 */
export function gridOfCells(values: Float32Array, minRows: number): NumberGrid {
  let present = 0;
  let sum = 0;
  for (const value of values) {
    if (Number.isNaN(value)) continue;
    present++;
    sum += value;
  }
  if (present < Math.max(1, minRows)) return NOTHING;
  const mean = sum / present;
  let squares = 0;
  for (const value of values) if (!Number.isNaN(value)) squares += (value - mean) * (value - mean);
  const deviation = Math.sqrt(squares / present);
  return deviation > 0 ? gridAt(mean, deviation, MOST_UNITS) : NOTHING;
}

/** Centre and unit of a range from its bounds alone: a normal column has nearly all its cells within six deviations. */
export function gridOfRange([low, high]: readonly [number, number]): NumberGrid {
  return gridAt(low / 2 + high / 2, (high - low) / 6, MOST_STATED_UNITS);
}

function gridAt(middle: number, deviation: number, mostUnits: number): NumberGrid {
  let exponent = clamp(nearestExponent(deviation), LEAST_EXPONENT, MOST_EXPONENT);
  while (exponent < MOST_EXPONENT && Math.abs(Math.round(middle / 2 ** exponent)) > mostUnits) exponent++;
  const unit = 2 ** exponent;
  // Zero is added because minus zero would be a second way of saying the same.
  return { centre: clamp(Math.round(middle / unit), -mostUnits, mostUnits) * unit + 0, unit };
}

/** Of the power of two that is nearest in the logarithm, without one: engines round them differently. */
function nearestExponent(value: number): number {
  const below = exponentOf(value);
  return value / 2 ** below < Math.SQRT2 ? below : below + 1;
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}
