import type { Hex } from '@koinon/protocol';
import type { EventIndex } from '../index/eventIndex.ts';
import type { ChannelParams, ClaimOutcome, Escrow } from '../interfaces.ts';
import { lower } from '../lower.ts';
import { minedOf, type TransactionReceipt } from '../rpc/answers.ts';
import { channelIdOf } from './channelKey.ts';
import type { Contracts } from './contracts.ts';
import { compactSignature, type WithPermit } from './permit.ts';

export function evmEscrow(
  contracts: Contracts,
  index: EventIndex,
  account: Hex,
  addresses: { escrow: Hex; koin: Hex },
  withPermit: WithPermit,
): Escrow {
  const outcome = (receipt: TransactionReceipt): ClaimOutcome => {
    const claimed = contracts.events('escrow', 'Claimed', receipt);
    return { ...minedOf(receipt), claimed: claimed.reduce((sum, event) => sum + event.amount, 0n) };
  };
  const claimOf = ({ params, voucher }: Parameters<Escrow['claimMany']>[0][number]) => ({
    key: params,
    cumulativeAmount: voucher.message.cumulativeAmount,
    receiptsRoot: voucher.message.receiptsRoot,
    ...compactSignature(voucher.signature),
  });

  return {
    balance: (token, owner) => contracts.read('escrow', 'balanceOf', [token, owner]),
    async deposit(token, amount, options) {
      const doing = 'the deposit';
      if (lower(token) === addresses.koin) {
        return withPermit('escrow', amount, async permit => {
          const args = [token, amount, ...permit] as const;
          return minedOf(await contracts.write('escrow', 'depositWithPermit', args, doing, options));
        });
      }
      const allowance = await contracts.read('token', 'allowance', [account, addresses.escrow], token);
      if (allowance < amount) {
        const key = options?.key === undefined ? {} : { key: `${options.key}:approve` };
        await contracts.write('token', 'approve', [addresses.escrow, amount], 'the allowance', {
          ...key,
          at: token,
        });
      }
      return minedOf(await contracts.write('escrow', 'deposit', [token, amount], doing, options));
    },
    async withdraw(token, amount, options) {
      const args = [token, amount, account] as const;
      return minedOf(await contracts.write('escrow', 'withdraw', args, 'the withdrawal', options));
    },
    async openChannel({ payee, token, signer = account, number, amount, coverage = 0n }, options) {
      const params: ChannelParams = {
        payer: account,
        payee: lower(payee),
        token: lower(token),
        signer: lower(signer),
        number,
        coverage,
      };
      const doing = 'opening the channel';
      const receipt = await contracts.write('escrow', 'openChannel', [params, amount], doing, options);
      return { ...minedOf(receipt), channel: channelIdOf(params), params };
    },
    channelId: channelIdOf,
    async channel(params) {
      const [deposited, claimed, closesAt] = await contracts.read('escrow', 'channel', [channelIdOf(params)]);
      return { deposited, claimed, closesAt: closesAt === 0 ? undefined : closesAt };
    },
    async topUp(params, amount, options) {
      return minedOf(
        await contracts.write('escrow', 'topUp', [params, amount], 'topping up the channel', options),
      );
    },
    async claim(params, voucher, options) {
      const args = [claimOf({ params, voucher })] as const;
      return outcome(await contracts.write('escrow', 'claim', args, 'claiming the voucher', options));
    },
    async claimMany(claims, options) {
      const doing = `claiming ${claims.length} vouchers`;
      return outcome(await contracts.write('escrow', 'claimMany', [claims.map(claimOf)], doing, options));
    },
    async requestClose(params, options) {
      return minedOf(
        await contracts.write('escrow', 'requestClose', [params], 'asking to close the channel', options),
      );
    },
    async close(params, options) {
      return minedOf(await contracts.write('escrow', 'close', [params], 'closing the channel', options));
    },
    async maturing(token, payee) {
      const [older, newer, olderMaturesAt] = await contracts.read('escrow', 'maturingOf', [token, payee]);
      return { older, newer, olderMaturesAt };
    },
    exposure: payee => contracts.read('escrow', 'exposureOf', [payee]),
    async channels({ payer, payee }) {
      const { channels } = await index.sync();
      return [...channels]
        .filter(([, params]) => payer === undefined || params.payer === lower(payer))
        .filter(([, params]) => payee === undefined || params.payee === lower(payee))
        .map(([channel, params]) => ({ channel, params }));
    },
  };
}
