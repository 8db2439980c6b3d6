import { fromHex, type Hex, leafHash } from '@koinon/protocol';
import type { Court } from '../../court.ts';
import { channelIdOf } from '../../evm/channelKey.ts';
import { lower } from '../../lower.ts';
import { refusal } from '../../transactions/revert.ts';
import { rootFromInclusion } from '../rfc6962.ts';
import { type Bench, mismatch } from './bench.ts';

type Money = Pick<Court, 'owed' | 'withdraw' | 'refund'>;

/** What the court owes, and what a wronged requester gets back. */
export function moneyBook(bench: Bench): { of(account: Hex): Money } {
  const { ledger, tokens, escrow, digest, check, address } = bench;
  const refunded = new Set<Hex>();
  const ofChannel = new Map<Hex, bigint>();

  return {
    of: account => ({
      owed: async (token, who) => bench.owed(token, lower(who)),
      withdraw: (token, options) =>
        ledger.run(account, options, ({ timestamp }) => {
          const doing = 'the withdrawal from the court';
          const amount = bench.owed(token, account);
          if (amount === 0n) throw refusal('ZeroAmount', {}, doing);
          if (lower(token) === bench.koin) tokens.move(token, address, account, amount, doing);
          else escrow.withdrawTo(token, address, account, amount, timestamp, doing);
          bench.owe(token, account, -amount);
        }),
      async refund(receipt, order, params, voucher, { index, size, path }, options) {
        const doing = 'the refund';
        const statement = digest('Receipt', receipt);
        const channel = channelIdOf(params);
        const message = { ...voucher.message, channel };
        const isSigned = await check(digest('Voucher', message), voucher.signature, lower(params.signer));
        return ledger.run(account, options, (place, tell) => {
          const frozen = bench.frozen.get(statement);
          if (bench.ground(statement) === undefined) throw refusal('Unknown', { id: statement }, doing);
          if (refunded.has(statement)) throw refusal('AlreadyRaised', { id: statement }, doing);
          if (lower(receipt.order) !== digest('Order', order)) throw mismatch('order', doing);
          if (lower(order.channel) !== channel) throw mismatch('channel', doing);
          if (!isSigned)
            throw refusal(
              'BadSignature',
              { digest: digest('Voucher', message), signer: lower(params.signer) },
              doing,
            );
          const claimed = escrow.claimed(params);
          if (message.cumulativeAmount > claimed) throw mismatch('voucher', doing);
          const leaf = leafHash(fromHex(statement));
          if (rootFromInclusion(leaf, { index, size, path }, doing) !== lower(message.receiptsRoot))
            throw mismatch('receipts root', doing);
          const given = ofChannel.get(channel) ?? 0n;
          const room = claimed - given;
          let amount = receipt.amount < room ? receipt.amount : room;
          const held = frozen?.amount ?? 0n;
          const fromFrozen = amount < held ? amount : held;
          const rest = amount - fromFrozen;
          const taken =
            rest === 0n
              ? 0n
              : escrow.slash(receipt.token, lower(receipt.provider), rest, address, place.timestamp);
          amount = fromFrozen + taken;
          refunded.add(statement);
          ofChannel.set(channel, given + amount);
          if (frozen !== undefined) frozen.amount -= fromFrozen;
          bench.owe(receipt.token, lower(params.payer), amount);
          bench.enter(
            { place, tell },
            {
              what: 'refunded',
              id: statement,
              who: lower(params.payer),
              details: { receipt: statement, token: lower(receipt.token), amount: String(amount) },
            },
          );
        });
      },
    }),
  };
}
