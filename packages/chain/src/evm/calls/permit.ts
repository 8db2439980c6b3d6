import { fromHex, type Hex, keySigner, toHex } from '@koinon/protocol';
import { hashTypedData } from 'viem/utils';

export interface PermitRequest {
  chainId: number;
  token: Hex;
  owner: Hex;
  spender: Hex;
  amount: bigint;
  nonce: bigint;
  /** Unix seconds. */
  deadline: bigint;
}

/** What the contracts take after the amount: deadline, v, r, s. */
export type PermitWords = readonly [deadline: bigint, v: number, r: Hex, s: Hex];

/** Runs `use` with a permit of KOIN from the sending account; one at a time, since each takes the next nonce. */
export type WithPermit = <T>(
  spender: 'nodes' | 'escrow',
  amount: bigint,
  use: (permit: PermitWords) => Promise<T>,
) => Promise<T>;

const types = {
  Permit: [
    { name: 'owner', type: 'address' },
    { name: 'spender', type: 'address' },
    { name: 'value', type: 'uint256' },
    { name: 'nonce', type: 'uint256' },
    { name: 'deadline', type: 'uint256' },
  ],
} as const;

/** An ERC-2612 permit of KOIN. */
export async function signPermit(request: PermitRequest, privateKey: Hex): Promise<PermitWords> {
  const digest = hashTypedData({
    domain: { name: 'Koin', version: '1', chainId: request.chainId, verifyingContract: request.token },
    types,
    primaryType: 'Permit',
    message: {
      owner: request.owner,
      spender: request.spender,
      value: request.amount,
      nonce: request.nonce,
      deadline: request.deadline,
    },
  });
  const bytes = fromHex(await keySigner(privateKey).signDigest(digest));
  return [request.deadline, bytes[64]!, toHex(bytes.subarray(0, 32)), toHex(bytes.subarray(32, 64))];
}

/** The ERC-2098 form of a 65-byte signature: `r` and `s` with the parity in its highest bit. */
export function compactSignature(signature: Hex): { r: Hex; vs: Hex } {
  const bytes = fromHex(signature);
  const vs = bytes.slice(32, 64);
  if (bytes[64] === 28) vs[0] = vs[0]! | 0x80;
  return { r: toHex(bytes.subarray(0, 32)), vs: toHex(vs) };
}
