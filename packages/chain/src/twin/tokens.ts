import type { Hex } from '@koinon/protocol';
import { refusal } from '../evm/transactions/revert.ts';
import { lower } from '../lower.ts';
import type { Token } from '../port/token.ts';
import type { Ledger } from './ledger.ts';

/** ERC-20 balances and allowances of every token, as one book. */
export interface TokenBook {
  mint(token: Hex, account: Hex, amount: bigint): void;
  balance(token: Hex, account: Hex): bigint;
  allowance(token: Hex, owner: Hex, spender: Hex): bigint;
  /** Refuses before it changes anything. */
  move(token: Hex, from: Hex, to: Hex, amount: bigint, doing: string): void;
  burn(token: Hex, from: Hex, amount: bigint): void;
  approve(token: Hex, owner: Hex, spender: Hex, amount: bigint): void;
  of(account: Hex): Token;
}

/** What everyone has of the chain's coin, wei: gas is not what the twin is about. */
const COINS_WEI = 10n ** 22n;

export function memoryTokens(ledger: Ledger): TokenBook {
  const balances = new Map<string, bigint>();
  const allowances = new Map<string, bigint>();
  const at = (...parts: Hex[]) => parts.map(lower).join(':');

  const book: TokenBook = {
    mint(token, account, amount) {
      balances.set(at(token, account), book.balance(token, account) + amount);
    },
    balance: (token, account) => balances.get(at(token, account)) ?? 0n,
    allowance: (token, owner, spender) => allowances.get(at(token, owner, spender)) ?? 0n,
    move(token, from, to, amount, doing) {
      const balance = book.balance(token, from);
      if (amount > balance) {
        throw refusal('ERC20InsufficientBalance', { sender: lower(from), balance, needed: amount }, doing);
      }
      balances.set(at(token, from), balance - amount);
      balances.set(at(token, to), book.balance(token, to) + amount);
    },
    burn(token, from, amount) {
      balances.set(at(token, from), book.balance(token, from) - amount);
    },
    approve(token, owner, spender, amount) {
      allowances.set(at(token, owner, spender), amount);
    },
    of: account => ({
      balanceOf: async (token, owner) => book.balance(token, owner),
      allowance: async (token, owner, spender) => book.allowance(token, owner, spender),
      transfer: (token, to, amount, options) =>
        ledger.run(account, options, () => book.move(token, account, to, amount, 'the transfer')),
      approve: (token, spender, amount, options) =>
        ledger.run(account, options, () => book.approve(token, account, spender, amount)),
      balanceWei: async () => COINS_WEI,
    }),
  };
  return book;
}
