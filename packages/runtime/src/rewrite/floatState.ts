/**
 * What the analysis knows about the bits of a float or vector, as a set of possibilities:
 * - `UNSAFE32`: seen as f32 lanes it may hold a NaN that is not the canonical one and did not come from
 *   arithmetic (it was loaded, or made by integers). Such bits are the same everywhere and must not change.
 * - `NAN32`: it may hold f32 NaNs from arithmetic, whose bits differ between machines.
 * - `NAN64`, `UNSAFE64`: the same for f64 lanes.
 * The join of two states is their union. Scalars use the same bits for their own width.
 *
 * No bit pattern without a non-canonical f32 NaN is an f64 NaN (the upper half of an f64 NaN is at least
 * 0x7ff00000, above the canonical f32 NaN 0x7fc00000), so UNSAFE64 comes with UNSAFE32 always.
 */
export type FloatState = number;

const UNSAFE32 = 1;
const NAN32 = 2;
const NAN64 = 4;
const UNSAFE64 = 8;

/** No NaN but canonical ones, in either view. */
export const SAFE: FloatState = 0;
/** Any bits, the same on every machine. */
export const RAW: FloatState = UNSAFE32 | UNSAFE64;
/** f64 lanes without NaN or with canonical ones: as f32 lanes they can be anything. */
export const SAFE64: FloatState = UNSAFE32;
/** Result of f32 arithmetic. */
export const FROM32: FloatState = NAN32;
/** Result of f64 arithmetic. */
export const FROM64: FloatState = NAN64 | UNSAFE32;

/** Whether the bits may differ between machines. */
export function isOpen(state: FloatState): boolean {
  return (state & (NAN32 | NAN64)) !== 0;
}

/**
 * Lane width by which an open state can be made canonical without touching bits that are already fixed;
 * 0 where bits of both kinds may meet, so that nothing can be done any more at this point.
 */
export function canonicalWidth(state: FloatState): 0 | 32 | 64 {
  if ((state & (NAN32 | NAN64 | UNSAFE32)) === NAN32) return 32;
  if ((state & (NAN32 | NAN64 | UNSAFE64)) === NAN64) return 64;
  return 0;
}

/** State after making an open state canonical by its width. */
export function afterCanonical(width: 32 | 64): FloatState {
  return width === 32 ? SAFE : SAFE64;
}

/** Whether reading the lanes as floats of `width` lets anything but NaN-ness of open lanes through. */
export function isObservedAs(state: FloatState, width: 0 | 32 | 64): boolean {
  if (width === 32) return (state & NAN64) !== 0;
  if (width === 64) return (state & NAN32) !== 0;
  return isOpen(state);
}
