const DECIMAL = /^[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,4})?$/;
const NOT_FINITE = /^[+-]?(?:nan|inf|infinity)$/i;

/** True for a plain decimal: sign, digits, point, exponent; no thousands, no hexadecimal, no units. */
export function isDecimal(text: string): boolean {
  return text.length <= 64 && DECIMAL.test(text);
}

/** The decimal rounded to float32; infinite where it is beyond that. */
export function parseDecimal(text: string): number {
  return Math.fround(Number(text));
}

/** True for the words other programs write for numbers that are none. */
export function isNotFiniteWord(text: string): boolean {
  return NOT_FINITE.test(text);
}
