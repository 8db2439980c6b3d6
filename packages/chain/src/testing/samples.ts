import { type Grant, type Hex, type Signed, signStatement, ZERO_32 } from '@koinon/protocol';
import type { ChannelParams } from '../port/escrow.ts';
import type { World } from './world.ts';

export const digest = (byte: number): Hex => `0x${byte.toString(16).padStart(2, '0').repeat(32)}`;

export const PEER_ID = '16Uiu2HAmHaMx6vnxJy5ZCjPS1KzNGsUJZjTHLZ7Eqw5tFJYdcabv';

export function voucher(
  world: World,
  params: ChannelParams,
  cumulativeAmount: bigint,
  by: number,
): Promise<Signed<'Voucher'>> {
  const channel = world.as(0).escrow.channelId(params);
  const message = { channel, cumulativeAmount, receiptsRoot: digest(9) };
  return signStatement('Voucher', message, world.as(0).deployment, world.signer(by));
}

export async function grant(world: World, by: number, changes: Partial<Grant>): Promise<Signed<'Grant'>> {
  const now = BigInt((await world.as(0).block('latest')).timestampSeconds);
  const message: Grant = {
    dataset: 1n,
    epoch: 1n,
    requester: world.account(3),
    terms: digest(2),
    purpose: digest(3),
    policy: digest(4),
    token: world.as(0).deployment.token as Hex,
    amount: 5n,
    bits: 569n,
    microRho: 100n,
    uses: 2,
    auditor: world.account(2),
    validFrom: now - 60n,
    expiresAt: now + 3_600n,
    nonce: ZERO_32,
    ...changes,
  };
  return signStatement('Grant', message, world.as(0).deployment, world.signer(by));
}
