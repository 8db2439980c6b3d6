/** Millionths of a bit: fine enough to add up thousands of terms, whole so that every engine adds them alike. */
const MICRO = 1_000_000n;
/** Below this many, outcomes are counted exactly. */
const EXACT_BELOW = 1n << 60n;
/** Binary digits after the point while a logarithm is worked out. */
const PRECISION = 64n;

/**
 * How many different things can be seen: exactly while they are few, else by an upper bound on their logarithm. Every
 * operation rounds up, so `bits` is never less than log2 of the true number.
 */
export class Outcomes {
  readonly #exact: bigint | undefined;
  readonly #microBits: bigint;

  private constructor(exact: bigint | undefined, microBits: bigint) {
    this.#exact = exact;
    this.#microBits = microBits;
  }

  /** `count` things, 1 or more. */
  static of(count: number | bigint): Outcomes {
    const exact = BigInt(count);
    return exact < EXACT_BELOW
      ? new Outcomes(exact, microLog2(exact))
      : new Outcomes(undefined, microLog2(exact));
  }

  /** Any of 2^`bits` things. */
  static ofBits(bits: number): Outcomes {
    return bits < 60 ? Outcomes.of(1n << BigInt(bits)) : new Outcomes(undefined, BigInt(bits) * MICRO);
  }

  /** Both together: every pair of outcomes is one. */
  and(other: Outcomes): Outcomes {
    if (this.#exact !== undefined && other.#exact !== undefined) {
      const product = this.#exact * other.#exact;
      if (product < EXACT_BELOW) return Outcomes.of(product);
    }
    return new Outcomes(undefined, this.#microBits + other.#microBits);
  }

  /** The same thing `times` over, each seen by itself. */
  repeated(times: number): Outcomes {
    if (times === 0) return Outcomes.of(1);
    if (this.#exact !== undefined && Number(this.#microBits) * times < 59e6)
      return Outcomes.of(this.#exact ** BigInt(times));
    return new Outcomes(undefined, this.#microBits * BigInt(times));
  }

  /** One more than before: or nothing at all. */
  orNone(): Outcomes {
    if (this.#exact !== undefined) return Outcomes.of(this.#exact + 1n);
    // log2(n + 1) - log2(n) < 1.4427 / n, less than a millionth once n is above 2^60.
    return new Outcomes(undefined, this.#microBits + 1n);
  }

  /** Either one of these or one of those. */
  or(other: Outcomes): Outcomes {
    if (this.#exact !== undefined && other.#exact !== undefined)
      return Outcomes.of(this.#exact + other.#exact);
    const larger = this.#microBits > other.#microBits ? this.#microBits : other.#microBits;
    return new Outcomes(undefined, larger + MICRO);
  }

  /** log2 of the number, rounded up to a millionth. */
  get microBits(): bigint {
    return this.#microBits;
  }

  /** log2 of the number, rounded up to whole bits. */
  get bits(): number {
    return Number((this.#microBits + MICRO - 1n) / MICRO);
  }
}

/** log2 of a whole number from 1 on, in millionths, rounded up. By squaring, in whole numbers: no engine's `log2` is asked. */
function microLog2(value: bigint): bigint {
  const whole = BigInt(value.toString(2).length - 1);
  // The mantissa, 1 up to 2, in fixed point; rounded up.
  let mantissa = ceilDivide(value << PRECISION, 1n << whole);
  let fraction = 0n;
  const digits = 28n;
  for (let i = 0n; i < digits; i++) {
    mantissa = ceilDivide(mantissa * mantissa, 1n << PRECISION);
    fraction <<= 1n;
    if (mantissa >= 2n << PRECISION) {
      mantissa = ceilDivide(mantissa, 2n);
      fraction |= 1n;
    }
  }
  const isPowerOfTwo = value === 1n << whole;
  const above = isPowerOfTwo ? 0n : 1n;
  return whole * MICRO + ceilDivide((fraction + above) * MICRO, 1n << digits);
}

function ceilDivide(dividend: bigint, divisor: bigint): bigint {
  return (dividend + divisor - 1n) / divisor;
}
