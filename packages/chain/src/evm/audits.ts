import type { Hex } from '@koinon/protocol';
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
      const [ticketOdds, plantDeposit, refundSeconds, revealSeconds] = await Promise.all([
        contracts.read('audits', 'TICKET_ODDS', []),
        contracts.read('audits', 'PLANT_DEPOSIT', []),
        contracts.read('audits', 'REFUND_DELAY', []),
        contracts.read('audits', 'REVEAL_WINDOW', []),
      ]);
      return { ticketOdds, plantDeposit, refundSeconds, revealSeconds };
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

    async commitPlants(root, count, options) {
      const doing = 'committing to planted faults';
      const deposit = BigInt(count) * (await contracts.read('audits', 'PLANT_DEPOSIT', []));
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

    async redeem(receipt, report, k, options) {
      const args = [
        receipt.signed.message,
        compactSignature(receipt.signed.signature),
        receipt.order,
        receipt.place,
        report.signed.message,
        compactSignature(report.signed.signature),
        report.place,
        k,
      ] as const;
      const sent = await contracts.write('audits', 'redeem', args, 'paying the report', options);
      const [ticket] = contracts.events('audits', 'TicketPaid', sent);
      return { ...minedOf(sent), paid: ticket?.amount ?? 0n };
    },
    paid: report => contracts.read('audits', 'paid', [lower(report)]),
  };
}
