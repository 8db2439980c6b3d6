import { concatBytes, fromHex, type Hex, toHex, type Waiting, within } from '@koinon/protocol';
import { z } from 'zod';

/** Public HTTP relays of quicknet; any of them can only withhold, since the contract checks every signature. */
const QUICKNET_RELAYS: readonly string[] = [
  'https://api.drand.sh/52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971',
  'https://drand.cloudflare.com/52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971',
];

const roundSchema = z.object({ round: z.number(), signature: z.string().regex(/^[0-9a-f]{96}$/i) });
const TIMEOUT_MS = 10_000;
/** The field of BLS12-381. */
const P = BigInt(
  '0x1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaab',
);

/** Asks the relays, one after the other, for the proof of a round; undefined while none of them has it. */
export function drandProofs(
  clock: Waiting,
  relays: readonly string[] = QUICKNET_RELAYS,
): (round: bigint) => Promise<Hex | undefined> {
  return async round => {
    for (const relay of relays) {
      try {
        const answer = await within(clock, TIMEOUT_MS, async signal =>
          (await fetch(`${relay}/public/${round}`, { signal })).json(),
        );
        const found = roundSchema.parse(answer);
        if (BigInt(found.round) === round) return drandProof(`0x${found.signature.toLowerCase()}`);
      } catch {
        // The next relay may answer.
      }
    }
    return undefined;
  };
}

/**
 * What DrandBeacon.sol takes for a signature of 48 bytes (x and flags): x ‖ y. The square root is a power, since p is 3
 * modulo 4. Undefined for what is no compressed point.
 */
export function drandProof(signature: Hex): Hex | undefined {
  const bytes = fromHex(signature);
  if (bytes.length !== 48 || (bytes[0]! & 0xc0) !== 0x80) return undefined;
  const isLarger = (bytes[0]! & 0x20) !== 0;
  bytes[0] = bytes[0]! & 0x1f;
  const x = BigInt(toHex(bytes));
  if (x >= P) return undefined;
  const square = (((x * x) % P) * x + 4n) % P;
  const root = power(square, (P + 1n) / 4n);
  if ((root * root) % P !== square) return undefined;
  const y = root * 2n > P === isLarger ? root : P - root;
  return toHex(concatBytes(bytes, fromHex(y.toString(16).padStart(96, '0'))));
}

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  let factor = base % P;
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * factor) % P;
    factor = (factor * factor) % P;
  }
  return result;
}
