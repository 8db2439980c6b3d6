import {
  consistencyProof,
  inclusionProof,
  KoinonError,
  type LoggedType,
  type SubtreeReader,
  schema,
} from '@koinon/protocol';
import { z } from 'zod';
import type { Database } from '../database/database.ts';
import { LogTables, messageSchemas } from './logTables.ts';
import type {
  AnyLogEntry,
  AnyReservedEntry,
  AppendRequest,
  LogEntry,
  LogLeaf,
  NodeLog,
  RecoverSign,
  Seal,
} from './nodeLog.ts';
import { RightEdge } from './rightEdge.ts';

/** Most entries that share their two commits; bounds how long the event loop is held. */
const BATCH_ENTRIES = 1024;

const sealSchema = z.object({ digest: schema.bytes32, signature: schema.signature });

interface Waiting {
  request: AppendRequest<LoggedType>;
  resolve(entry: AnyLogEntry): void;
  reject(error: unknown): void;
}

/** The log of a node in its database. Appends form one queue; whatever waits together is committed together. */
export class SqliteLog implements NodeLog {
  readonly #tables: LogTables;
  /** How to sign what this process reserved and could not yet seal, by index. */
  readonly #signers = new Map<number, RecoverSign>();
  readonly #waiting: Waiting[] = [];
  readonly #edge = new RightEdge();
  #queue: Promise<unknown> = Promise.resolve();
  /** True while a turn that will take what waits is in the queue. */
  #isAppending = false;

  constructor(database: Database) {
    this.#tables = new LogTables(database);
  }

  append<T extends LoggedType>(request: AppendRequest<T>): Promise<LogEntry<T>> {
    return new Promise<AnyLogEntry>((resolve, reject) => {
      this.#waiting.push({ request: request as unknown as AppendRequest<LoggedType>, resolve, reject });
      if (this.#isAppending) return;
      this.#isAppending = true;
      void this.#enqueue(() => this.#appendAll());
    }) as unknown as Promise<LogEntry<T>>;
  }

  appendMany<T extends LoggedType>(requests: readonly AppendRequest<T>[]): Promise<Array<LogEntry<T>>> {
    return Promise.all(requests.map(request => this.append(request)));
  }

  recover(sign: RecoverSign): Promise<AnyLogEntry[]> {
    return this.#enqueue(async () => (await this.#finishReserved(sign)) ?? []);
  }

  #enqueue<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#queue.then(work);
    this.#queue = done.catch(() => {});
    return done;
  }

  /** Appends all that waits, a batch at a time; others get their turn in the queue between two batches. */
  async #appendAll(): Promise<void> {
    await this.#appendWaiting();
    this.#isAppending = this.#waiting.length > 0;
    if (this.#isAppending) void this.#enqueue(() => this.#appendAll());
  }

  /** Appends the next of what waits. Never rejects: each request hears of its own failure. */
  async #appendWaiting(): Promise<void> {
    const batch = this.#waiting.splice(0, BATCH_ENTRIES);
    try {
      let open = this.#unanswered(batch);
      if (open.length === 0) return;
      if (await this.#finishReserved(signersOf(open))) open = this.#unanswered(open);
      const reserved = this.#build(open);
      if (reserved.length === 0) return;
      this.#tables.reserve(reserved);
      const sign = signersOf(open);
      for (const entry of reserved) this.#signers.set(entry.index, sign);
      const sealed = new Map((await this.#finish(reserved, sign)).map(entry => [entry.key, entry]));
      this.#unanswered(
        open.filter(({ request, resolve }) => {
          const entry = sealed.get(request.key);
          const isOwn = entry?.type === request.type;
          if (isOwn) resolve(entry);
          return !isOwn;
        }),
      );
    } catch (error) {
      this.#rejectRest(batch, error);
    }
  }

  /** What was sealed before the failure is sealed; the rest fails. Settling twice does nothing. */
  #rejectRest(batch: readonly Waiting[], error: unknown): void {
    let rest = batch;
    try {
      rest = this.#unanswered(batch);
    } catch {
      // The database fails altogether: nothing is known of any of them.
    }
    for (const waiting of rest) waiting.reject(error);
  }

  /** Settles the requests whose keys are sealed already, or belong to another type; returns the others. */
  #unanswered(waiting: readonly Waiting[]): Waiting[] {
    if (waiting.length === 0) return [];
    const states = this.#tables.statesOf(waiting.map(({ request }) => request.key));
    return waiting.filter(({ request, resolve, reject }) => {
      const state = states.get(request.key);
      if (state === undefined) return true;
      const stored = this.#tables.byKey(request.key)!;
      if (stored.entry.type !== request.type) reject(keyTaken(request, stored.entry));
      else if (stored.state === 'sealed') resolve(stored.entry);
      else return true;
      return false;
    });
  }

  /** The entries to reserve, one for each new key. A request whose message does not fit is rejected alone. */
  #build(waiting: readonly Waiting[]): AnyReservedEntry[] {
    const entries = new Map<string, AnyReservedEntry>();
    let index = this.#tables.nextIndex();
    for (const { request, reject } of waiting) {
      if (entries.has(request.key)) continue;
      try {
        entries.set(request.key, reservation(request, index));
        index++;
      } catch (error) {
        reject(error);
      }
    }
    return [...entries.values()];
  }

  /** Finishes what was reserved earlier, by this process or another; undefined when nothing was. */
  async #finishReserved(sign: RecoverSign): Promise<AnyLogEntry[] | undefined> {
    if (this.#tables.nextIndex() === this.#tables.size()) return undefined;
    return this.#finish(this.#tables.reserved(), sign);
  }

  /** Signs reserved entries and seals them, in order, up to the first that fails. Returns all when none does. */
  async #finish(reserved: readonly AnyReservedEntry[], sign: RecoverSign): Promise<AnyLogEntry[]> {
    const signed = await Promise.allSettled(reserved.map(entry => this.#sign(entry, sign)));
    const failed = signed.findIndex(result => result.status === 'rejected');
    const pairs = (failed === -1 ? signed : signed.slice(0, failed)).map((result, i) => ({
      entry: reserved[i]!,
      seal: (result as PromiseFulfilledResult<Seal>).value,
    }));
    const sealed = pairs.length > 0 ? this.#tables.seal(pairs) : [];
    for (const { entry } of pairs) this.#signers.delete(entry.index);
    if (failed !== -1)
      throw pendingError(reserved[failed]!, (signed[failed] as PromiseRejectedResult).reason);
    return sealed;
  }

  /** A retry brings a signer of its own; otherwise the one the entry was reserved with. */
  async #sign(entry: AnyReservedEntry, sign: RecoverSign): Promise<Seal> {
    const known = this.#signers.get(entry.index);
    const seal = await sign(entry).catch((error: unknown) => {
      if (known === undefined || known === sign) throw error;
      return known(entry);
    });
    return sealSchema.parse(seal);
  }

  pending(): AnyReservedEntry | undefined {
    return this.#tables.reserved()[0];
  }

  byKey(key: string): AnyLogEntry | undefined {
    const stored = this.#tables.byKey(key);
    return stored?.state === 'sealed' ? stored.entry : undefined;
  }

  at(index: number): AnyLogEntry | undefined {
    if (!Number.isSafeInteger(index) || index < 0) return undefined;
    const stored = this.#tables.at(index);
    return stored?.state === 'sealed' ? stored.entry : undefined;
  }

  get size(): number {
    return this.#tables.size();
  }

  leaves(start: number, end: number): LogLeaf[] {
    this.#requireSize(start);
    this.#requireSize(end);
    return this.#tables.leaves(start, end);
  }

  get subtree(): SubtreeReader {
    return this.#tables.subtree;
  }

  root(size: number = this.size): Uint8Array {
    this.#requireSize(size);
    return this.#edge.root(this.#tables.subtree, 0, size);
  }

  inclusion(index: number, size: number): Uint8Array[] {
    this.#requireSize(size);
    return inclusionProof(this.#tables.subtree, index, size, this.#edge.root);
  }

  consistency(first: number, second: number): Uint8Array[] {
    this.#requireSize(second);
    return consistencyProof(this.#tables.subtree, first, second, this.#edge.root);
  }

  #requireSize(size: number): void {
    if (Number.isSafeInteger(size) && size >= 0 && size <= this.size) return;
    throw new KoinonError({
      code: 'K_LOG_RANGE',
      message: `The log has ${this.size} entries; ${size} was asked for.`,
      fault: 'peer',
    });
  }
}

/** Signs an entry with the request that asked for its key. */
function signersOf(waiting: readonly Waiting[]): RecoverSign {
  const requests = new Map(waiting.map(({ request }) => [request.key, request]));
  return async entry => {
    const request = requests.get(entry.key);
    if (request !== undefined && request.type === entry.type) return request.sign(entry.message);
    throw new KoinonError({
      code: 'K_LOG_NO_SIGNER',
      message: `Nothing at hand can sign the reserved entry "${entry.key}".`,
      fault: 'bug',
      next: 'Call recover() after opening the store.',
    });
  };
}

function reservation(request: AppendRequest<LoggedType>, index: number): AnyReservedEntry {
  const { key, type, salt } = request;
  const parsed = messageSchemas[type].safeParse(request.message(BigInt(index)));
  if (!parsed.success) throw badMessage(request, z.prettifyError(parsed.error));
  if (!schema.bytes32.safeParse(salt).success) throw badMessage(request, 'the salt is not 32 bytes');
  const message = parsed.data as AnyReservedEntry['message'];
  if ('logIndex' in message && message.logIndex !== BigInt(index)) {
    throw badMessage(request, `it says logIndex ${message.logIndex} and would stand at ${index}`);
  }
  return { index, key, type, salt, message } as AnyReservedEntry;
}

function keyTaken(request: { key: string; type: string }, entry: { type: string }): KoinonError {
  return new KoinonError({
    code: 'K_LOG_KEY_TAKEN',
    message: `The log key "${request.key}" belongs to an entry of type ${entry.type}, not ${request.type}.`,
    fault: 'bug',
  });
}

function badMessage(request: { key: string; type: string }, reason: string): KoinonError {
  return new KoinonError({
    code: 'K_LOG_MESSAGE',
    message: `The ${request.type} "${request.key}" can not be logged: ${reason}.`,
    fault: 'bug',
  });
}

function pendingError(entry: AnyReservedEntry, cause: unknown): KoinonError {
  return new KoinonError({
    code: 'K_LOG_PENDING',
    message: `Entry ${entry.index} ("${entry.key}") has its place in the log and could not be signed, so nothing can follow it: ${cause instanceof Error ? cause.message : String(cause)}`,
    fault: 'platform',
    data: { index: entry.index, key: entry.key },
    next: 'Unlock the key and append it again, or restart the node.',
    cause,
  });
}
