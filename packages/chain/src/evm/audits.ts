import { drawId, fromHex, type Hex } from '@koinon/protocol';
import type { KoinonError } from '@koinon/protocol/errors';
import type { Audits } from '../court.ts';
import { lower } from '../lower.ts';
import { minedOf } from '../rpc/answers.ts';
import { badAnswer } from '../rpc/quantity.ts';
import type { Allow } from './allow.ts';
import type { Contracts } from './contracts.ts';
import { compactSignature } from './permit.ts';

export function evmAudits(contracts: Contracts, address: Hex, account: Hex, allow: Allow): Audits {
  const koin = contracts.addresses.token;
  return {
    address,
    async terms() {
      const [ticketOdds, plantDeposit, refundSeconds, revealSeconds, reportSeconds, maxK] = await Promise.all(
        [
          contracts.read('audits', 'TICKET_ODDS', []),
          contracts.read('audits', 'PLANT_DEPOSIT', []),
          contracts.read('audits', 'REFUND_DELAY', []),
          contracts.read('audits', 'REVEAL_WINDOW', []),
          contracts.read('audits', 'REPORT_WINDOW', []),
          contracts.read('audits', 'MAX_K', []),
        ],
      );
      return { ticketOdds, plantDeposit, refundSeconds, revealSeconds, reportSeconds, maxK };
    },
    async fund(token, amount, requester = account, options) {
      const args = [token, requester, amount] as const;
      const doing = 'funding audits';
      return allow(token, address, amount, options, async () =>
        minedOf(await contracts.write('audits', 'fund', args, doing, options)),
      );
    },
    async requestRefund(token, amount, options) {
      const doing = 'asking the fund back';
      return minedOf(await contracts.write('audits', 'requestRefund', [token, amount], doing, options));
    },
    async refund(token, options) {
      const doing = 'taking the fund back';
      return minedOf(await contracts.write('audits', 'refund', [token, account], doing, options));
    },
    fundOf: (requester, token) => contracts.read('audits', 'fundOf', [requester, token]),
    async leavingOf(requester, token) {
      const [amount, refundableAt] = await contracts.read('audits', 'leavingOf', [requester, token]);
      return amount === 0n ? undefined : { amount, refundableAt };
    },
    plantDepositOf: (provider, count) => contracts.read('audits', 'plantDepositOf', [provider, count]),

    async commitPlants(root, count, options) {
      const doing = 'committing to planted faults';
      const deposit = await contracts.read('audits', 'plantDepositOf', [account, count]);
      return allow(koin, address, deposit, options, async () => {
        const receipt = await contracts.write('audits', 'commitPlants', [root, count], doing, options);
        const committed = contracts.events('audits', 'Committed', receipt)[0];
        if (committed === undefined) throw badAnswer('a commitment without its event');
        return { ...minedOf(receipt), set: committed.set };
      });
    },
    async revealPlant(set, order, consent, salt, { index, path }, options) {
      const args = [set, order, compactSignature(consent.signature), salt, index, path] as const;
      const doing = 'revealing the planted fault';
      return minedOf(await contracts.write('audits', 'revealPlant', args, doing, options));
    },
    async closePlants(set, options) {
      const doing = 'closing the planted faults';
      return minedOf(await contracts.write('audits', 'closePlants', [set], doing, options));
    },
    async plantedAt(provider, order) {
      const at = await contracts.read('audits', 'plantedAt', [provider, order]);
      return at === 0 ? undefined : at;
    },

    async plantSet(set) {
      try {
        const found = await contracts.read('audits', 'plantSet', [set]);
        return { ...found, provider: lower(found.provider) };
      } catch (error) {
        if ((error as KoinonError).data?.['error'] === 'Unknown') return undefined;
        throw error;
      }
    },

    async drawingOf(expiresAt) {
      const [drawing, heldFrom] = await contracts.read('audits', 'drawingOf', [expiresAt]);
      return { drawing, heldFrom: Number(heldFrom) };
    },
    async hold(drawing, options) {
      const doing = 'holding the drawing';
      const sent = await contracts.write('audits', 'hold', [drawing], doing, options);
      const [held] = contracts.events('audits', 'Held', sent);
      const round = held?.round ?? (await contracts.read('audits', 'roundOf', [drawing]));
      return { ...minedOf(sent), round };
    },
    async roundOf(drawing) {
      const round = await contracts.read('audits', 'roundOf', [drawing]);
      return round === 0n ? undefined : round;
    },
    async wins(order, value) {
      const odds = await contracts.read('audits', 'TICKET_ODDS', []);
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
      const sent = await contracts.write('audits', 'redeem', [ticket], 'paying the report', options);
      const [paid] = contracts.events('audits', 'TicketPaid', sent);
      return { ...minedOf(sent), paid: paid?.amount ?? 0n };
    },
    paid: order => contracts.read('audits', 'paid', [lower(order)]),
  };
}
