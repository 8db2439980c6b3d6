import type { AuditTerms } from '@koinon/chain';
import { asKoinonError, type Hex } from '@koinon/protocol';
import { KeyedPool } from '../../durable/keyedPool.ts';
import type { NodePorts } from '../../ports/ports.ts';
import type { Dossier, DossierBook } from '../dossierBook.ts';
import { PayBook } from './payBook.ts';
import { KEEP_AFTER_BLOCKS, type PayTools, workPay } from './workPay.ts';
import { type PayTerms, worthOf } from './worthOf.ts';

/** Reports that are worked on at a time. */
const AT_ONCE = 4;
const FIRST_PAUSE_SECONDS = 1;
/** Failures after which the pause grows no more: four minutes. */
const DOUBLINGS = 8;

export interface PayService {
  readonly book: PayBook;
  /** The lot gave this node an audit: tells the journal what it is worth. The audit is done either way. */
  drawn(receipt: Hex, dossier: Dossier): void;
  /** A report of this node stands in its log. */
  reported(receipt: Hex): void;
  /** Goes on with every report that may still be paid. */
  takeUp(): void;
  stop(): Promise<void>;
}

/**
 * Has a node paid for its audits (decision 0007): each report waits for the drawing of its order, is held against it, and
 * redeemed when it won. What was done stands on chain and in the book; a node that was killed goes on from there.
 */
export function startPay(ports: NodePorts, dossiers: DossierBook, payTerms: PayTerms): PayService {
  const { chain, clock, journal, store } = ports;
  const stopping = new AbortController();
  const { signal } = stopping;
  const book = new PayBook(store.database);
  let termsOnce: Promise<AuditTerms> | undefined;
  const tools: PayTools = {
    ...{ ports, book, dossiers, payTerms, signal },
    terms: () => {
      termsOnce ??= chain.audits.terms().catch(error => {
        termsOnce = undefined;
        throw error;
      });
      return termsOnce;
    },
  };
  /** When reports are to be looked at again, unix seconds of the chain. */
  const due = new Map<Hex, number>();
  /** Blocks at which the chain is about to forget the round of a receipt. */
  const forgetting = new Map<Hex, bigint>();
  const failures = new Map<Hex, number>();
  let unwatch: (() => void) | undefined;

  const work = async (receipt: Hex): Promise<void> => {
    due.delete(receipt);
    forgetting.delete(receipt);
    let again: number | undefined;
    try {
      again = await workPay(tools, receipt);
      failures.delete(receipt);
    } catch (error) {
      if (signal.aborted) return;
      const times = (failures.get(receipt) ?? 0) + 1;
      failures.set(receipt, times);
      const { code, message } = asKoinonError(error);
      journal.note('audit-pay-failed', { receipt, code, reason: message });
      again = Math.floor(clock.nowMs() / 1000) + FIRST_PAUSE_SECONDS * 2 ** Math.min(times - 1, DOUBLINGS);
    }
    if (again === undefined) return;
    due.set(receipt, again);
    const entry = book.get(receipt);
    if (chain.beacon.kind === 'block' && entry?.proof && !entry.isKept)
      forgetting.set(receipt, entry.proof.receiptRound + BigInt(KEEP_AFTER_BLOCKS));
  };
  const pool = new KeyedPool<Hex>(AT_ONCE, receipt =>
    work(receipt).catch(error => journal.note('audit-pay-failed', { receipt, reason: String(error) })),
  );
  const add = (receipt: Hex): void => {
    book.add(receipt);
    if (unwatch) pool.add(receipt);
  };

  return {
    book,
    drawn: (receipt, { order }) => {
      const { auditAmount, requester } = order.message;
      void tools
        .terms()
        .then(terms => worthOf(ports, order.message, terms, payTerms))
        .then(
          ({ is, amount }) => journal.note('audit-worth', { receipt, requester, is, auditAmount, amount }),
          () => undefined,
        );
    },
    reported: add,
    takeUp: () => {
      unwatch = chain.watch(event => {
        if (event.type !== 'block') return;
        const { timestampSeconds, number } = event.block;
        for (const [receipt, at] of due) if (at <= timestampSeconds) pool.add(receipt);
        for (const [receipt, at] of forgetting) if (at <= BigInt(number)) pool.add(receipt);
      });
      for (const receipt of book.unseen()) book.add(receipt);
      for (const { receipt } of book.open()) pool.add(receipt);
    },
    stop: async () => {
      unwatch?.();
      stopping.abort();
      await pool.stop();
    },
  };
}
