import type { Hex } from '@koinon/protocol';
import type { WriteOptions } from '../../port/transaction.ts';
import { erc20 } from '../contracts/deployed.ts';
import type { CallParts } from './parts.ts';

/**
 * Runs `use` once the spender may take `amount` of the sending account's tokens; one at a time for each token and
 * spender, since each uses up what was allowed. An allowance that is there already is left as it is.
 */
export type Allow = <T>(
  token: Hex,
  spender: Hex,
  amount: bigint,
  options: WriteOptions | undefined,
  use: () => Promise<T>,
) => Promise<T>;

export function allowances({ contracts, account }: Pick<CallParts, 'contracts' | 'account'>): Allow {
  const turns = new Map<string, Promise<unknown>>();

  async function approve(token: Hex, spender: Hex, amount: bigint, options?: WriteOptions): Promise<void> {
    if (amount === 0n) return;
    const allowed = await contracts.read(erc20(token), 'allowance', [account, spender]);
    if (allowed >= amount) return;
    const key = options?.key === undefined ? {} : { key: `${options.key}:approve` };
    await contracts.write(erc20(token), 'approve', [spender, amount], { doing: 'the allowance', ...key });
  }

  return (token, spender, amount, options, use) => {
    const place = `${token}:${spender}`;
    const turn = (turns.get(place) ?? Promise.resolve()).then(async () => {
      await approve(token, spender, amount, options);
      return use();
    });
    turns.set(
      place,
      turn.catch(() => undefined),
    );
    return turn;
  };
}
