/** One, in parts per million. Every chance and rate here is a whole number of them, 0 to `ONE_PPM`. */
export const ONE_PPM = 1_000_000;

/** a·b of two chances, rounded down. */
export function timesPpm(a: number, b: number): number {
  return Math.floor((a * b) / ONE_PPM);
}

/** a·b of two chances, rounded up. */
function timesPpmUp(a: number, b: number): number {
  return Math.ceil((a * b) / ONE_PPM);
}

/** chance^exponent, rounded up at every step: errs towards more risk. */
export function powerPpmUp(chance: number, exponent: number): number {
  let power = ONE_PPM;
  for (let i = 0; i < exponent; i++) power = timesPpmUp(power, chance);
  return power;
}

/** a/b rounded up, for b above zero. */
export function divideUp(a: bigint, b: bigint): bigint {
  return (a + b - 1n) / b;
}
