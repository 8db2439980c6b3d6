import { asKoinonError } from '@koinon/protocol';
import { Turns } from '../durable/turns.ts';
import type { NodePorts } from '../ports/ports.ts';
import type { ChannelBook } from './channelBook.ts';

export interface Claiming {
  /** Redeems every voucher that brings something, in one transaction; returns the base units moved. */
  claimNow(): Promise<bigint>;
  /** The same, with nobody waiting for it. */
  claimSoon(): void;
  /** Claims when a payer has asked to close. */
  takeUp(): void;
  stop(): Promise<void>;
}

/** How often channels are looked at for a payer that wants to close, milliseconds; closing takes days. */
const CHECK_EVERY_MS = 60_000;

/**
 * Turns vouchers into money: all channels in one transaction every `everyMs`, and soon when a payer asks to close
 * a channel, long before the delay lets it go. What the payee's free stake does not cover yet waits for the next round.
 */
export function startClaiming(
  ports: Pick<NodePorts, 'chain' | 'clock' | 'signer' | 'journal'>,
  channels: ChannelBook,
  options: { everyMs: number },
): Claiming {
  const { chain, clock, signer, journal } = ports;
  const stopping = new AbortController();
  const turns = new Turns();

  const claim = async (): Promise<bigint> => {
    const due = [];
    for (const { params, voucher } of channels.list()) {
      if (!voucher || params.payee !== signer.address) continue;
      const { claimed } = await chain.escrow.channel(params);
      if (voucher.message.cumulativeAmount > claimed) due.push({ params, voucher });
    }
    if (due.length === 0) return 0n;
    const mined = await chain.escrow.claimMany(due);
    const { claimed, transaction, gasUsed } = mined;
    journal.note('vouchers-claimed', { channels: due.length, claimed, transaction, gasUsed });
    return claimed;
  };
  // One at a time: two at once would claim the same vouchers, and pay gas twice.
  const claimNow = (): Promise<bigint> => turns.take('claim', claim);
  const failed = (error: unknown) => journal.note('claim-failed', { reason: asKoinonError(error).message });
  const claimSoon = (): void => void claimNow().catch(failed);

  const lookForClosing = async (): Promise<void> => {
    for (const { params, voucher } of channels.list()) {
      if (!voucher || params.payee !== signer.address) continue;
      if ((await chain.escrow.channel(params)).closesAt !== undefined) return claimSoon();
    }
  };

  const loop = (async () => {
    let claimedAtMs = clock.nowMs();
    for (;;) {
      await clock.wait(Math.min(CHECK_EVERY_MS, options.everyMs), stopping.signal);
      if (stopping.signal.aborted) return;
      if (clock.nowMs() - claimedAtMs >= options.everyMs) {
        claimedAtMs = clock.nowMs();
        claimSoon();
      } else {
        await lookForClosing().catch(failed);
      }
    }
  })();
  return {
    claimNow,
    claimSoon,
    takeUp: () => void lookForClosing().catch(failed),
    stop: async () => {
      stopping.abort();
      await loop;
      await turns.ended();
    },
  };
}
