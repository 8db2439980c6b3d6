import { decodeManifest, type Hex, type Order } from '@koinon/protocol';
import type { Store } from '@koinon/store';
import { Listeners } from '../listeners.ts';
import { type Dossier, DossierBook } from './dossierBook.ts';
import { OpeningBook } from './openingBook.ts';
import { OwnReceipts } from './ownReceipts.ts';
import { ROOT_BYTES, splitRoots } from './splitRoots.ts';

/** What this node can tell of receipts, its own and others', and what it saw signed about them. */
export class Evidence {
  readonly own: OwnReceipts;
  readonly dossiers: DossierBook;
  readonly openings: OpeningBook;
  readonly #blobs: Store['blobs'];
  /** Told of every receipt that is seen. */
  readonly seen = new Listeners<[receipt: Hex]>();

  constructor({ database, blobs }: Pick<Store, 'database' | 'blobs'>) {
    this.#blobs = blobs;
    this.own = new OwnReceipts(database);
    this.dossiers = new DossierBook(database);
    this.openings = new OpeningBook(database);
  }

  /** A public receipt was seen, with all that belongs to it; signatures were checked. */
  see(receipt: Hex, dossier: Dossier): void {
    this.dossiers.keep(receipt, dossier);
    this.openings.keep(receipt, dossier.receipt, dossier.opening);
    this.seen.tell(receipt);
  }

  /** Of this node's own public work, or of what it looked into. */
  dossierOf(receipt: Hex): Dossier | undefined {
    const own = this.own.get(receipt)?.dossier;
    return own && !decodeManifest(own.manifest).private ? own : this.dossiers.get(receipt);
  }

  /** An order by its digest, where this node has it. */
  orderOf(order: Hex): Order | undefined {
    return this.own.ofOrder(order)?.dossier.order.message ?? this.dossiers.orderOf(order);
  }

  /**
   * How many state roots a job of this node has, and those from `from` on, at most `max`; undefined where it keeps none. Only
   * what is asked for is put into words: a trace has up to a million roots, and strangers ask for a page.
   */
  async rootsOf(
    receipt: Hex,
    from = 0,
    max = Infinity,
  ): Promise<{ count: number; roots: Hex[] } | undefined> {
    const cid = this.own.get(receipt)?.roots;
    const bytes = cid === undefined ? undefined : await this.#blobs.get(cid);
    if (!bytes) return undefined;
    const end = Math.min(bytes.length, ROOT_BYTES * (from + max));
    return { count: bytes.length / ROOT_BYTES, roots: splitRoots(bytes.subarray(ROOT_BYTES * from, end)) };
  }
}
