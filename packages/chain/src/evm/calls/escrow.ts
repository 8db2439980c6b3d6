import { lower } from '../../lower.ts';
import { channelIdOf } from '../../port/channelKey.ts';
import type { Written } from '../../port/contracts.ts';
import type { ChannelParams, ClaimOutcome, Escrow } from '../../port/escrow.ts';
import { erc20 } from '../contracts/deployed.ts';
import type { CallParts } from './parts.ts';
import { compactSignature } from './permit.ts';

type EscrowParts = Pick<CallParts, 'contracts' | 'on' | 'index' | 'account' | 'withPermit'>;

export function evmEscrow({ contracts, on, index, account, withPermit }: EscrowParts): Escrow {
  const outcome = (sent: Written): ClaimOutcome => {
    const claimed = sent.emitted(on.escrow, 'Claimed');
    return { ...sent.mined, claimed: claimed.reduce((sum, event) => sum + event.amount, 0n) };
  };
  const claimOf = ({ params, voucher }: Parameters<Escrow['claimMany']>[0][number]) => ({
    key: params,
    cumulativeAmount: voucher.message.cumulativeAmount,
    receiptsRoot: voucher.message.receiptsRoot,
    ...compactSignature(voucher.signature),
  });

  return {
    balance: (token, owner) => contracts.read(on.escrow, 'balanceOf', [token, owner]),
    async deposit(token, amount, options) {
      const doing = 'the deposit';
      if (lower(token) === on.token.address) {
        return withPermit('escrow', amount, async permit => {
          const args = [token, amount, ...permit] as const;
          return (await contracts.write(on.escrow, 'depositWithPermit', args, { doing, ...options })).mined;
        });
      }
      const allowance = await contracts.read(erc20(token), 'allowance', [account, on.escrow.address]);
      if (allowance < amount) {
        const key = options?.key === undefined ? {} : { key: `${options.key}:approve` };
        await contracts.write(erc20(token), 'approve', [on.escrow.address, amount], {
          doing: 'the allowance',
          ...key,
        });
      }
      return (await contracts.write(on.escrow, 'deposit', [token, amount], { doing, ...options })).mined;
    },
    async withdraw(token, amount, options) {
      const args = [token, amount, account] as const;
      return (await contracts.write(on.escrow, 'withdraw', args, { doing: 'the withdrawal', ...options }))
        .mined;
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
      const sent = await contracts.write(on.escrow, 'openChannel', [params, amount], { doing, ...options });
      return { ...sent.mined, channel: channelIdOf(params), params };
    },
    channelId: channelIdOf,
    async channel(params) {
      const [deposited, claimed, closesAt] = await contracts.read(on.escrow, 'channel', [
        channelIdOf(params),
      ]);
      return { deposited, claimed, closesAt: closesAt === 0 ? undefined : closesAt };
    },
    async topUp(params, amount, options) {
      return (
        await contracts.write(on.escrow, 'topUp', [params, amount], {
          doing: 'topping up the channel',
          ...options,
        })
      ).mined;
    },
    async claim(params, voucher, options) {
      const args = [claimOf({ params, voucher })] as const;
      return outcome(
        await contracts.write(on.escrow, 'claim', args, { doing: 'claiming the voucher', ...options }),
      );
    },
    async claimMany(claims, options) {
      const doing = `claiming ${claims.length} vouchers`;
      return outcome(
        await contracts.write(on.escrow, 'claimMany', [claims.map(claimOf)], { doing, ...options }),
      );
    },
    async requestClose(params, options) {
      return (
        await contracts.write(on.escrow, 'requestClose', [params], {
          doing: 'asking to close the channel',
          ...options,
        })
      ).mined;
    },
    async close(params, options) {
      return (
        await contracts.write(on.escrow, 'close', [params], { doing: 'closing the channel', ...options })
      ).mined;
    },
    async maturing(token, payee) {
      const [older, newer, olderMaturesAt] = await contracts.read(on.escrow, 'maturingOf', [token, payee]);
      return { older, newer, olderMaturesAt };
    },
    exposure: payee => contracts.read(on.escrow, 'exposureOf', [payee]),
    async channels({ payer, payee }) {
      const { channels } = await index.sync();
      return [...channels]
        .filter(([, params]) => payer === undefined || params.payer === lower(payer))
        .filter(([, params]) => payee === undefined || params.payee === lower(payee))
        .map(([channel, params]) => ({ channel, params }));
    },
  };
}
