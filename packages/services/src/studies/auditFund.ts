import type { NodePorts } from '@koinon/kernel';
import { nowSeconds, Turns } from '@koinon/kernel';
import { type Hex, KoinonError } from '@koinon/protocol';

/** Winning orders a fund is topped up to, and below how many it is. */
const TICKETS_FULL = 4n;
const TICKETS_LEAST = 2n;
/** An order must expire within so many report windows: then those who audit it can be paid in time. */
const WINDOWS_MAX = 3n;

/** What the orders of a node promise those who audit them, and the fund that keeps the promise. */
export class AuditFund {
  /** What one audit is worth, base units of the order's token; zero promises nothing. */
  readonly auditAmount: bigint;
  readonly #ports: Pick<NodePorts, 'chain' | 'signer' | 'clock' | 'journal'>;
  readonly #turns = new Turns();

  constructor(ports: Pick<NodePorts, 'chain' | 'signer' | 'clock' | 'journal'>, auditAmount: bigint) {
    this.#ports = ports;
    this.auditAmount = auditAmount;
  }

  /** When an order may expire at the latest whose audit is paid: `seconds` from now, or less. Unix seconds. */
  async expiryOf(seconds: bigint): Promise<bigint> {
    const { reportSeconds } = await this.#ports.chain.audits.terms();
    const longest = WINDOWS_MAX * BigInt(reportSeconds);
    return nowSeconds(this.#ports.clock) + (longest < seconds ? longest : seconds);
  }

  /**
   * Tops the fund up where it does not reach for a few winning orders: one transaction, under a key of its own for each
   * order, so that what is tried again is not paid twice. Throws `K_FUNDS` when the account's tokens do not reach.
   */
  fill(token: Hex, order: string): Promise<void> {
    return this.#turns.take(token, async () => {
      const { chain, signer, journal } = this.#ports;
      const { ticketOdds } = await chain.audits.terms();
      const ticket = ticketOdds * this.auditAmount;
      const left = await chain.audits.fundOf(signer.address, token);
      if (left >= TICKETS_LEAST * ticket) return;
      const missing = TICKETS_FULL * ticket - left;
      const available = await chain.token.balanceOf(token, signer.address);
      if (available < missing) throw short(signer.address, token, missing, available);
      const { transaction } = await chain.audits.fund(token, missing, signer.address, {
        key: `auditFund:${token}:${order}`,
      });
      journal.note('audit-fund-filled', { token, amount: missing, transaction });
    });
  }
}

function short(account: Hex, token: Hex, missing: bigint, available: bigint): KoinonError {
  return new KoinonError({
    code: 'K_FUNDS',
    message: `The fund for audits lacks ${missing} base units of ${token}, and the account ${account} has ${available}.`,
    fault: 'user',
    data: { token, missing: missing.toString(), available: available.toString() },
    next: 'Send tokens to the account, or set auditAmount to 0: auditors then work unpaid.',
  });
}
