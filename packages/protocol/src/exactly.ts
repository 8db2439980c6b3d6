// What the language leaves to the engine, said exactly: nothing that two nodes must agree on may hang on either.

const view = new DataView(new ArrayBuffer(8));

/** Whether it is 2^k for a whole k, by its bits; `Math.log2` rounds, and to whole numbers too. From 2^-1022 on. */
export function isPowerOfTwo(value: number): boolean {
  if (!(value > 0) || value === Number.POSITIVE_INFINITY) return false;
  view.setFloat64(0, value);
  return (view.getUint32(0) & 0xfffff) === 0 && view.getUint32(4) === 0;
}

/** The whole k with 2^k <= value < 2^(k+1), for finite values from 2^-1022 on. */
export function exponentOf(value: number): number {
  view.setFloat64(0, value);
  return ((view.getUint32(0) >>> 20) & 0x7ff) - 1023;
}

/** Orders texts by their code units, and numbers, lowest first; equal ones are equal, so that a sort keeps them as they were. */
export function ascending<T extends string | number | bigint>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
