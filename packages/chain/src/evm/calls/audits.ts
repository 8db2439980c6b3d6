import { drawId, fromHex } from '@koinon/protocol';
import { lower } from '../../lower.ts';
import type { Audits } from '../../port/audits.ts';
import { badAnswer } from '../rpc/quantity.ts';
import { refusalOf } from '../transactions/revert.ts';
import type { CallParts } from './parts.ts';
import { compactSignature } from './permit.ts';

type AuditsParts = Pick<CallParts, 'contracts' | 'on' | 'account' | 'allow'>;

export function evmAudits({ contracts, on, account, allow }: AuditsParts): Audits {
  const { address } = on.audits;
  const koin = on.token.address;
  return {
    address,
    async terms() {
      const [ticketOdds, plantDeposit, refundSeconds, revealSeconds, reportSeconds, maxK] = await Promise.all(
        [
          contracts.read(on.audits, 'TICKET_ODDS', []),
          contracts.read(on.audits, 'PLANT_DEPOSIT', []),
          contracts.read(on.audits, 'REFUND_DELAY', []),
          contracts.read(on.audits, 'REVEAL_WINDOW', []),
          contracts.read(on.audits, 'REPORT_WINDOW', []),
          contracts.read(on.audits, 'MAX_K', []),
        ],
      );
      return { ticketOdds, plantDeposit, refundSeconds, revealSeconds, reportSeconds, maxK };
    },
    async fund(token, amount, requester = account, options) {
      const args = [token, requester, amount] as const;
      const doing = 'funding audits';
      return allow(
        token,
        address,
        amount,
        options,
        async () => (await contracts.write(on.audits, 'fund', args, { doing, ...options })).mined,
      );
    },
    async requestRefund(token, amount, options) {
      const doing = 'asking the fund back';
      return (await contracts.write(on.audits, 'requestRefund', [token, amount], { doing, ...options }))
        .mined;
    },
    async refund(token, options) {
      const doing = 'taking the fund back';
      return (await contracts.write(on.audits, 'refund', [token, account], { doing, ...options })).mined;
    },
    fundOf: (requester, token) => contracts.read(on.audits, 'fundOf', [requester, token]),
    async leavingOf(requester, token) {
      const [amount, refundableAt] = await contracts.read(on.audits, 'leavingOf', [requester, token]);
      return amount === 0n ? undefined : { amount, refundableAt };
    },
    plantDepositOf: (provider, count) => contracts.read(on.audits, 'plantDepositOf', [provider, count]),

    async commitPlants(root, count, options) {
      const doing = 'committing to planted faults';
      const deposit = await contracts.read(on.audits, 'plantDepositOf', [account, count]);
      return allow(koin, address, deposit, options, async () => {
        const sent = await contracts.write(on.audits, 'commitPlants', [root, count], { doing, ...options });
        const committed = sent.emitted(on.audits, 'Committed')[0];
        if (committed === undefined) throw badAnswer('a commitment without its event');
        return { ...sent.mined, set: committed.set };
      });
    },
    async revealPlant(set, order, consent, salt, { index, path }, options) {
      const args = [set, order, compactSignature(consent.signature), salt, index, path] as const;
      const doing = 'revealing the planted fault';
      return (await contracts.write(on.audits, 'revealPlant', args, { doing, ...options })).mined;
    },
    async closePlants(set, options) {
      const doing = 'closing the planted faults';
      return (await contracts.write(on.audits, 'closePlants', [set], { doing, ...options })).mined;
    },
    async plantedAt(provider, order) {
      const at = await contracts.read(on.audits, 'plantedAt', [provider, order]);
      return at === 0 ? undefined : at;
    },

    async plantSet(set) {
      try {
        return await contracts.read(on.audits, 'plantSet', [set]);
      } catch (error) {
        if (refusalOf(error) === 'Unknown') return undefined;
        throw error;
      }
    },

    async drawingOf(expiresAt) {
      const [drawing, heldFrom] = await contracts.read(on.audits, 'drawingOf', [expiresAt]);
      return { drawing, heldFrom: Number(heldFrom) };
    },
    async hold(drawing, options) {
      const doing = 'holding the drawing';
      const sent = await contracts.write(on.audits, 'hold', [drawing], { doing, ...options });
      const [held] = sent.emitted(on.audits, 'Held');
      const round = held?.round ?? (await contracts.read(on.audits, 'roundOf', [drawing]));
      return { ...sent.mined, round };
    },
    async roundOf(drawing) {
      const round = await contracts.read(on.audits, 'roundOf', [drawing]);
      return round === 0n ? undefined : round;
    },
    async wins(order, value) {
      const odds = await contracts.read(on.audits, 'TICKET_ODDS', []);
      return BigInt(drawId(value, fromHex(order))) % odds === 0n;
    },
    async redeem({ order, receipt, receiptPlace, report, reportPlace, k }, options) {
      const ticket = {
        order: order.message,
        orderSignature: compactSignature(order.signature),
        receipt: receipt.message,
        receiptSignature: compactSignature(receipt.signature),
        receiptPlace,
        report: report.message,
        reportSignature: compactSignature(report.signature),
        reportPlace,
        k,
      };
      const sent = await contracts.write(on.audits, 'redeem', [ticket], {
        doing: 'paying the report',
        ...options,
      });
      const [paid] = sent.emitted(on.audits, 'TicketPaid');
      return { ...sent.mined, paid: paid?.amount ?? 0n };
    },
    paid: order => contracts.read(on.audits, 'paid', [lower(order)]),
  };
}
