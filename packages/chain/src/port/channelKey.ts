import type { Hex } from '@koinon/protocol';
import { encodeAbiParameters, keccak256 } from 'viem/utils';
import type { ChannelParams } from './escrow.ts';

const fields = [
  { type: 'address' },
  { type: 'address' },
  { type: 'address' },
  { type: 'address' },
  { type: 'uint128' },
  { type: 'uint64' },
] as const;

/** The id of a channel: keccak256 over its six fields, each padded to 32 bytes (ChannelKey.sol). */
export function channelIdOf({ payer, payee, token, signer, coverage, number }: ChannelParams): Hex {
  return keccak256(encodeAbiParameters(fields, [payer, payee, token, signer, coverage, number]));
}
