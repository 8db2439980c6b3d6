import { table } from './samples.ts';

/** Bytes somebody would want to carry out: the private table's own, past its header. */
export const secret: Uint8Array = table.subarray(
  8 + new DataView(table.buffer, table.byteOffset).getUint32(0, true),
);
/** The same with every bit turned: whatever leaves for one and not for the other told something. */
export const turned: Uint8Array = secret.map(byte => byte ^ 0xff);

/** Bytes as one whole number. */
export function numberOf(bytes: Uint8Array): bigint {
  return bytes.reduce((number, byte) => (number << 8n) | BigInt(byte), 0n);
}

/** The first digits of a number, least first, each below its own base; and how many numbers they can tell apart. */
export function digitsOf(
  number: bigint,
  bases: readonly number[],
): { digits: number[]; told: bigint; capacity: bigint } {
  const capacity = bases.reduce((product, base) => product * BigInt(base), 1n);
  const told = number % capacity;
  let rest = told;
  const digits = bases.map(base => {
    const digit = Number(rest % BigInt(base));
    rest /= BigInt(base);
    return digit;
  });
  return { digits, told, capacity };
}

/** The number those digits are of. */
export function numberOfDigits(digits: readonly number[], bases: readonly number[]): bigint {
  return digits.reduceRight((number, digit, i) => number * BigInt(bases[i]!) + BigInt(digit), 0n);
}

/** log2 of a whole number, near enough. */
export function log2(number: bigint): number {
  const digits = number.toString(2);
  return (
    digits.length - 1 + Math.log2(Number(`0b${digits.slice(0, 50)}`) / 2 ** (Math.min(50, digits.length) - 1))
  );
}
