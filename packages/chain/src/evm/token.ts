import type { Token } from '../interfaces.ts';
import { minedOf } from '../rpc/answers.ts';
import type { Rpc } from '../rpc/failover.ts';
import { hexBigint } from '../rpc/quantity.ts';
import type { Contracts } from './contracts.ts';

export function evmToken(contracts: Contracts, rpc: Rpc): Token {
  return {
    balanceOf: (token, account) => contracts.read('token', 'balanceOf', [account], token),
    allowance: (token, owner, spender) => contracts.read('token', 'allowance', [owner, spender], token),
    async transfer(token, to, amount, options) {
      return minedOf(
        await contracts.write('token', 'transfer', [to, amount], 'the transfer', { ...options, at: token }),
      );
    },
    async approve(token, spender, amount, options) {
      return minedOf(
        await contracts.write('token', 'approve', [spender, amount], 'the allowance', {
          ...options,
          at: token,
        }),
      );
    },
    async balanceWei(account) {
      return hexBigint(await rpc.request('eth_getBalance', [account, 'latest']));
    },
  };
}
