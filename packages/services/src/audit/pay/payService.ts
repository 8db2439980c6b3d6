import type { AuditTerms } from '@koinon/chain';
import type { Again, Agenda, Dossier, DossierBook, NodePorts } from '@koinon/kernel';
import { asKoinonError, type Hex } from '@koinon/protocol';
import { PayBook } from './payBook.ts';
import { KEEP_AFTER_BLOCKS, type PayTools, workPay } from './workPay.ts';
import { type PayTerms, worthOf } from './worthOf.ts';

/** Reports that are worked on at a time. */
const AT_ONCE = 4;
const FIRST_PAUSE_MS = 1_000;
/** Four minutes. */
const LONGEST_PAUSE_MS = 256_000;

export interface PayService {
  readonly book: PayBook;
  /** The lot gave this node an audit: tells the journal what it is worth. The audit is done either way. */
  drawn(receipt: Hex, dossier: Dossier): void;
  /** A report of this node stands in its log. */
  reported(receipt: Hex): void;
  /** Goes on with every report that may still be paid, and takes on those of `reported` that an earlier life did not come to write. */
  takeUp(reported: readonly Hex[]): void;
  stop(): Promise<void>;
}

/**
 * Has a node paid for its audits (decision 0007): each report waits for the drawing of its order, is held against it, and
 * redeemed when it won. What was done stands on chain and in the book; a node that was killed goes on from there.
 */
export function startPay(
  ports: NodePorts,
  { agenda, dossiers }: { agenda: Pick<Agenda, 'matters'>; dossiers: DossierBook },
  payTerms: PayTerms,
): PayService {
  const { chain, journal, store } = ports;
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

  const work = async (receipt: Hex): Promise<Again> => {
    const atSeconds = await workPay(tools, receipt);
    if (atSeconds === undefined) return undefined;
    const entry = book.get(receipt);
    // The chain is about to forget the round of a receipt that is not recorded.
    const isForgetting = chain.beacon.kind === 'block' && entry?.proof && !entry.isKept;
    return {
      atSeconds,
      ...(isForgetting ? { atBlock: Number(entry.proof!.receiptRound) + KEEP_AFTER_BLOCKS } : {}),
    };
  };
  const reports = agenda.matters<Hex>('audit.pay', {
    slots: AT_ONCE,
    work,
    failed: (receipt, error) => {
      const { code, message } = asKoinonError(error);
      journal.note('audit-pay-failed', { receipt, code, reason: message });
    },
    retry: { firstPauseMs: FIRST_PAUSE_MS, longestPauseMs: LONGEST_PAUSE_MS },
  });
  const add = (receipt: Hex): void => {
    book.add(receipt);
    reports.add(receipt);
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
    takeUp: reported => {
      for (const receipt of reported) book.add(receipt);
      for (const { receipt } of book.open()) reports.add(receipt);
    },
    stop: async () => {
      stopping.abort();
      await reports.stop();
    },
  };
}
