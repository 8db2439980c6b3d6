import type { Token } from '../../port/token.ts';
import { erc20 } from '../contracts/deployed.ts';
import { hexBigint } from '../rpc/quantity.ts';
import type { CallParts } from './parts.ts';

export function evmToken({ contracts, rpc }: Pick<CallParts, 'contracts' | 'rpc'>): Token {
  return {
    balanceOf: (token, account) => contracts.read(erc20(token), 'balanceOf', [account]),
    allowance: (token, owner, spender) => contracts.read(erc20(token), 'allowance', [owner, spender]),
    async transfer(token, to, amount, options) {
      return (
        await contracts.write(erc20(token), 'transfer', [to, amount], { doing: 'the transfer', ...options })
      ).mined;
    },
    async approve(token, spender, amount, options) {
      return (
        await contracts.write(erc20(token), 'approve', [spender, amount], {
          doing: 'the allowance',
          ...options,
        })
      ).mined;
    },
    async balanceWei(account) {
      return hexBigint(await rpc.request('eth_getBalance', [account, 'latest']));
    },
  };
}
