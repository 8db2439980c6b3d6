import { bigEndian64, fromHex, type Hex, sha256, toHex, utf8, ZERO_ADDRESS } from '@koinon/protocol';
import { KoinonError } from '@koinon/protocol/errors';
import { readOnly } from '../evm/transactions/readOnly.ts';
import type { BlockHead, ChainEvent } from '../port/chain.ts';
import type { Mined, WriteOptions } from '../port/transaction.ts';

/** Where and when an action happens. */
export interface ActionPlace {
  block: number;
  blockHash: Hex;
  transaction: Hex;
  /** Unix seconds. */
  timestamp: number;
}

/** Checks everything, then changes the state; throws a refusal before the first change. */
export type Action<T> = (place: ActionPlace, tell: (event: ChainEvent) => void) => T;

/** Blocks, their hashes and times, and the order in which things happen. */
export interface Ledger {
  head(): BlockHead;
  block(number: number): BlockHead | undefined;
  /** Runs the action in the next block and answers where that was. */
  run<T>(account: Hex, options: WriteOptions | undefined, action: Action<T>): Promise<Mined & { result: T }>;
  /** Makes a block with everything that waits. */
  mine(): void;
  waitFor(number: number, signal?: AbortSignal): Promise<BlockHead>;
  watch(handler: (event: ChainEvent) => void): () => void;
  mined(transaction: Hex): Mined | undefined;
}

export interface LedgerOptions {
  /** Decides every hash. */
  seed: string;
  /** Unix seconds; block times never go back. */
  nowSeconds: () => number;
  /** `each`: every action makes its block at once. `manual`: actions wait for `mine`. */
  mining: 'each' | 'manual';
}

interface Waiting {
  account: Hex;
  run(place: ActionPlace, tell: (event: ChainEvent) => void): void;
  done(mined: Mined): void;
  fail(error: unknown): void;
}

/** Stands for the gas of every action; the twin keeps no meter. */
const GAS = 50_000n;

export function memoryLedger({ seed, nowSeconds, mining }: LedgerOptions): Ledger {
  const hash = (...parts: Uint8Array[]) => toHex(sha256(utf8.encode(`${seed}\n`), ...parts));
  const blocks: BlockHead[] = [{ number: 0, hash: hash(), timestampSeconds: nowSeconds() }];
  const kept = new Map<string, Promise<Mined & { result: unknown }>>();
  const transactions = new Map<Hex, Mined>();
  const watchers = new Set<(event: ChainEvent) => void>();
  const waiters = new Set<() => void>();
  let queue: Waiting[] = [];
  let count = 0n;

  const head = () => blocks.at(-1)!;

  /** Later than the caller's own next step, as on a chain; in order. */
  function tell(event: ChainEvent): void {
    queueMicrotask(() => {
      for (const watcher of [...watchers]) watcher(event);
    });
  }

  function makeBlock(actions: readonly Waiting[]): void {
    const parent = head();
    const number = parent.number + 1;
    const timestamp = Math.max(parent.timestampSeconds, nowSeconds());
    const blockHash = hash(fromHex(parent.hash), bigEndian64(BigInt(number)), bigEndian64(count));
    const landed: (() => void)[] = [];
    const told: ChainEvent[] = [];
    let happened = actions.length === 0;
    for (const action of actions) {
      const transaction = hash(utf8.encode(action.account), bigEndian64(count));
      try {
        action.run({ block: number, blockHash, transaction, timestamp }, event => told.push(event));
        const mined = { transaction, block: number, blockHash, gasUsed: GAS };
        transactions.set(transaction, mined);
        landed.push(() => action.done(mined));
        count++;
        happened = true;
      } catch (error) {
        // As a trial run would have found before anything was sent.
        landed.push(() => action.fail(error));
      }
    }
    if (happened) {
      blocks.push({ number, hash: blockHash, timestampSeconds: timestamp });
      told.push({ type: 'block', block: head() });
    }
    for (const event of told) tell(event);
    for (const land of landed) land();
    for (const waiter of [...waiters]) waiter();
  }

  function submit<T>(account: Hex, action: Action<T>): Promise<Mined & { result: T }> {
    return new Promise((resolve, reject) => {
      let result: T;
      const waiting: Waiting = {
        account,
        run: (place, tellBlock) => {
          result = action(place, tellBlock);
        },
        done: mined => resolve({ ...mined, result }),
        fail: reject,
      };
      if (mining === 'manual') queue.push(waiting);
      else makeBlock([waiting]);
    });
  }

  return {
    head,
    block: number => blocks[number],
    async run(account, options, action) {
      if (account === ZERO_ADDRESS) throw readOnly('this transaction');
      const key = options?.key === undefined ? undefined : `${account}:${options.key}`;
      const earlier = key === undefined ? undefined : kept.get(key);
      if (earlier !== undefined) return (await earlier) as Mined & { result: never };
      const running = submit(account, action);
      if (key !== undefined) {
        kept.set(key, running);
        // What was refused may be tried again under the same key.
        running.catch(() => kept.delete(key));
      }
      return running;
    },
    mine() {
      const actions = queue;
      queue = [];
      makeBlock(actions);
    },
    waitFor(number, signal) {
      return new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        // Nobody else makes blocks there.
        if (mining === 'each') while (head().number < number) makeBlock([]);
        const check = () => {
          const found = blocks[number];
          if (found === undefined) return;
          waiters.delete(check);
          signal?.removeEventListener('abort', abort);
          resolve(found);
        };
        const abort = () => {
          waiters.delete(check);
          reject(signal?.reason);
        };
        waiters.add(check);
        signal?.addEventListener('abort', abort, { once: true });
        check();
      });
    },
    watch(handler) {
      watchers.add(handler);
      return () => watchers.delete(handler);
    },
    mined: transaction => transactions.get(transaction),
  };
}

/** The block, or the error a chain gives for one it does not have. */
export function blockOf(ledger: Ledger, tag: number | 'latest'): BlockHead {
  const found = tag === 'latest' ? ledger.head() : ledger.block(tag);
  if (found !== undefined) return found;
  throw new KoinonError({
    code: 'K_NO_BLOCK',
    message: `The chain has no block ${tag} yet, or keeps it no longer.`,
    fault: 'chain',
    data: { block: tag },
  });
}
