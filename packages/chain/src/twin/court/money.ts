import { fromHex, type Hex, leafHash } from '@koinon/protocol';
import { refusal } from '../../evm/transactions/revert.ts';
import { lower } from '../../lower.ts';
import { channelIdOf } from '../../port/channelKey.ts';
import type { Court } from '../../port/court.ts';
import { type Maturing, nothing, rolled } from '../maturing.ts';
import { rootFromInclusion } from '../rfc6962.ts';
import { type Bench, mismatch, texts } from './bench.ts';

type Money = Pick<Court, 'owed' | 'withdraw' | 'refund' | 'sweep'>;

/** Where the money goes (CourtMoney.sol): what is frozen stays in the escrow, under the court's name. */
export function moneyBook(bench: Bench): { of(account: Hex): Money } {
  const { ledger, tokens, escrow, digest, check, address, koin, terms } = bench;
  const claims = new Map<string, bigint>();
  const returned = new Map<string, Maturing>();
  const frozenOf = new Map<Hex, { token: Hex; payee: Hex }>();
  const refundedOf = new Map<Hex, bigint>();
  const refundedFrom = new Map<Hex, bigint>();
  const at = (token: Hex, account: Hex) => `${lower(token)}:${lower(account)}`;
  const windowOf = (timestamp: number) => Math.floor(timestamp / terms.evidenceSeconds);
  const add = (to: Map<string, bigint>, key: string, amount: bigint) =>
    to.set(key, (to.get(key) ?? 0n) + amount);

  /** Brings what was given back forward; what has matured is owed. */
  function roll(token: Hex, provider: Hex, timestamp: number): Maturing {
    const key = at(token, provider);
    const { now, matured } = rolled(returned.get(key) ?? nothing, windowOf(timestamp));
    returned.set(key, now);
    if (matured > 0n) add(claims, key, matured);
    return now;
  }

  bench.freeze = (statement, receipt, { timestamp }) => {
    const about = bench.caseOf(statement);
    if (about.frozen !== 0n || receipt.amount === 0n) return;
    const [token, payee] = [lower(receipt.token), lower(receipt.provider)];
    about.frozen = escrow.slash(token, payee, receipt.amount, address, timestamp);
    frozenOf.set(statement, { token, payee });
  };
  bench.giveBack = (statement, { timestamp }) => {
    const about = bench.caseOf(statement);
    if (about.frozen === 0n) return;
    const { token, payee } = frozenOf.get(statement)!;
    const now = roll(token, payee, timestamp);
    returned.set(at(token, payee), { ...now, newer: now.newer + about.frozen });
    about.frozen = 0n;
  };

  /** From what was frozen for this receipt, then from what matures, then from what was given back and matures. */
  function takeClaims(receipt: Hex, token: Hex, payee: Hex, amount: bigint, timestamp: number): bigint {
    const about = bench.caseOf(receipt);
    let taken = amount < about.frozen ? amount : about.frozen;
    about.frozen -= taken;
    if (taken < amount) taken += escrow.slash(token, payee, amount - taken, address, timestamp);
    if (taken < amount) {
      const now = roll(token, payee, timestamp);
      const all = now.older + now.newer;
      const rest = amount - taken < all ? amount - taken : all;
      const fromNewer = rest < now.newer ? rest : now.newer;
      returned.set(at(token, payee), {
        ...now,
        older: now.older - (rest - fromNewer),
        newer: now.newer - fromNewer,
      });
      taken += rest;
    }
    return taken;
  }

  return {
    of: account => ({
      async owed(token, who) {
        const now = windowOf(ledger.head().timestampSeconds);
        const { matured } = rolled(returned.get(at(token, who)) ?? nothing, now);
        const bonds = lower(token) === koin ? bench.owed(lower(who)) : 0n;
        return bonds + (claims.get(at(token, who)) ?? 0n) + matured;
      },
      withdraw: (token, options) =>
        ledger.run(account, options, ({ timestamp }) => {
          const doing = 'the withdrawal from the court';
          roll(token, account, timestamp);
          const key = at(token, account);
          const fromEscrow = claims.get(key) ?? 0n;
          const bonds = lower(token) === koin ? bench.owed(account) : 0n;
          if (fromEscrow + bonds === 0n) throw refusal('ZeroAmount', {}, doing);
          claims.delete(key);
          if (bonds > 0n) {
            bench.settleOwed(account);
            tokens.move(koin, address, account, bonds, doing);
          }
          if (fromEscrow > 0n) escrow.withdrawTo(token, address, account, fromEscrow, timestamp, doing);
        }),
      async refund(receipt, order, params, voucher, { index, size, path }, options) {
        const doing = 'the refund';
        const statement = digest('Receipt', receipt);
        const channel = channelIdOf(params);
        const message = { ...voucher.message, channel };
        const signer = lower(params.signer);
        const voucherDigest = digest('Voucher', message);
        const isSigned = await check(voucherDigest, voucher.signature, signer);
        return ledger.run(account, options, (place, tell) => {
          if (bench.ground(statement) === undefined || bench.planted.has(statement))
            throw refusal('NoContradiction', {}, doing);
          if (lower(receipt.order) !== digest('Order', order)) throw mismatch('order', doing);
          const isItsChannel =
            lower(order.channel) === channel &&
            lower(params.payee) === lower(receipt.provider) &&
            lower(params.token) === lower(receipt.token);
          if (!isItsChannel) throw mismatch('channel', doing);
          bench.requireSigned(isSigned, voucherDigest, signer, doing);
          const { claimed, returned: back } = escrow.left(params);
          if (message.cumulativeAmount > claimed) throw mismatch('voucher not claimed', doing);
          const leaf = leafHash(fromHex(statement));
          if (rootFromInclusion(leaf, { index, size, path }, doing) !== lower(message.receiptsRoot))
            throw mismatch('receipts', doing);
          const left = claimed - back - (refundedFrom.get(channel) ?? 0n);
          const due = receipt.amount - (refundedOf.get(statement) ?? 0n);
          const [token, payee, payer] = [lower(params.token), lower(params.payee), lower(params.payer)];
          const amount = takeClaims(statement, token, payee, due < left ? due : left, place.timestamp);
          if (amount === 0n) throw refusal('ZeroAmount', {}, doing);
          add(refundedOf, statement, amount);
          add(refundedFrom, channel, amount);
          add(claims, at(token, payer), amount);
          bench.enter(
            { place, tell, by: account },
            {
              what: 'refunded',
              id: statement,
              who: payer,
              details: texts({ receipt: statement, payer, token, amount }),
            },
          );
        });
      },
      sweep: (given, options) =>
        ledger.run(account, options, (place, tell) => {
          const doing = 'sweeping what was frozen';
          const receipt = lower(given);
          const about = bench.caseOf(receipt);
          const { frozen, at: closedAt, open } = about;
          if (frozen === 0n || open !== 0) throw refusal('Unknown', { id: receipt }, doing);
          const from = closedAt + terms.evidenceSeconds;
          if (place.timestamp < from) throw refusal('NotNow', { from, until: 2n ** 256n - 1n }, doing);
          const { token } = frozenOf.get(receipt)!;
          const isKoin = token === koin;
          escrow.withdrawTo(token, address, isKoin ? address : NOBODY, frozen, place.timestamp, doing);
          if (isKoin) bench.burnLater(frozen);
          about.frozen = 0n;
          bench.enter(
            { place, tell, by: account },
            { what: 'swept', id: receipt, details: texts({ receipt, token, amount: frozen }) },
          );
        }),
    }),
  };
}

const NOBODY: Hex = `0x${'dead'.padStart(40, '0')}`;
