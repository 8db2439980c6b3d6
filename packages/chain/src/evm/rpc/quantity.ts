import { KoinonError } from '@koinon/protocol/errors';

/** A JSON-RPC quantity as a safe integer. Throws `K_RPC_BAD_ANSWER`. */
export function hexNumber(value: unknown): number {
  const number = Number(hexBigint(value));
  if (!Number.isSafeInteger(number)) throw badAnswer(`quantity ${String(value)} is too large`);
  return number;
}

export function hexBigint(value: unknown): bigint {
  if (typeof value !== 'string' || !/^0x[0-9a-f]{1,64}$/i.test(value)) {
    throw badAnswer(`expected a quantity, got ${JSON.stringify(value)?.slice(0, 80)}`);
  }
  return BigInt(value);
}

export function quantity(value: number | bigint): `0x${string}` {
  return `0x${value.toString(16)}`;
}

export function badAnswer(what: string, cause?: unknown): KoinonError {
  return new KoinonError({
    code: 'K_RPC_BAD_ANSWER',
    message: `The RPC endpoint answered something else than was asked: ${what}.`,
    fault: 'chain',
    next: 'Use another RPC URL.',
    cause,
  });
}
