import type { Hex } from '@koinon/protocol';
import type { WriteOptions } from '../interfaces.ts';
import type { Contracts } from './contracts.ts';

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

export function allowances(contracts: Contracts, account: Hex): Allow {
  const turns = new Map<string, Promise<unknown>>();

  async function approve(token: Hex, spender: Hex, amount: bigint, options?: WriteOptions): Promise<void> {
    if (amount === 0n) return;
    const allowed = await contracts.read('token', 'allowance', [account, spender], token);
    if (allowed >= amount) return;
    const key = options?.key === undefined ? {} : { key: `${options.key}:approve` };
    await contracts.write('token', 'approve', [spender, amount], 'the allowance', { ...key, at: token });
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
