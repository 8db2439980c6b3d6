import { type Hex, type Receipt, type Signed, signStatement } from '@koinon/protocol';
import { Turns } from '../durable/turns.ts';
import { ask } from '../peers/ask.ts';
import type { NodePorts } from '../ports/ports.ts';
import type { ChannelBook } from './channelBook.ts';

/**
 * Pays a receipt by voucher and returns it once the payee has taken it. The payee takes vouchers in the order in which
 * they were signed, so one payment at a time goes through a channel, and what an earlier life of this node signed and
 * did not deliver goes first.
 */
export class Payer {
  readonly #ports: Pick<NodePorts, 'network' | 'deployment' | 'signer' | 'checkpoint'>;
  readonly #channels: ChannelBook;
  readonly #turns = new Turns();

  constructor(
    ports: Pick<NodePorts, 'network' | 'deployment' | 'signer' | 'checkpoint'>,
    channels: ChannelBook,
  ) {
    this.#ports = ports;
    this.#channels = channels;
  }

  pay(channel: Hex, receipt: Hex, terms: Receipt, signal: AbortSignal): Promise<Signed<'Voucher'>> {
    return this.#turns.take(channel, () => this.#pay(channel, receipt, terms, signal));
  }

  async #pay(channel: Hex, receipt: Hex, terms: Receipt, signal: AbortSignal): Promise<Signed<'Voucher'>> {
    const { network, deployment, signer, checkpoint } = this.#ports;
    if (!this.#channels.paymentOf(receipt)) {
      const message = this.#channels.next(channel, receipt, terms.amount);
      const voucher = await signStatement('Voucher', message, deployment, signer);
      this.#channels.record({ receipt, order: terms.order, amount: terms.amount, voucher });
      await checkpoint('voucher-signed');
    }
    const { payee } = this.#channels.get(channel)!.params;
    for (const payment of this.#channels.undelivered(channel)) {
      const { voucher, order } = payment;
      await ask(network, payee, 'voucher.submit', { voucher, order }, { signal });
      this.#channels.setDelivered(payment.receipt);
    }
    return this.#channels.paymentOf(receipt)!.voucher;
  }
}
