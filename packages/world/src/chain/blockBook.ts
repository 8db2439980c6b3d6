import type { Hex } from '@koinon/protocol';
import type { EvmBlock } from './evmChain.ts';
import type { EvmLog, EvmReceipt } from './executed.ts';

export interface LogFilter {
  /** Numbers of blocks, both included. */
  from: number;
  to: number;
  /** In lower case; all unless told. */
  addresses?: ReadonlySet<string> | undefined;
  /** At each place the topics that are wanted there, in lower case; undefined where any is. */
  topics?: readonly (ReadonlySet<string> | undefined)[] | undefined;
}

/** The blocks of a chain. */
export interface BlockBook {
  readonly height: number;
  at(number: number): EvmBlock | undefined;
  add(block: EvmBlock): void;
  /** Takes the blocks above `to` off, and answers them. */
  cut(to: number): EvmBlock[];
  receipt(transaction: Hex): { block: EvmBlock; receipt: EvmReceipt } | undefined;
  /** In the order of the chain. Blocks without logs cost nothing. */
  logs(filter: LogFilter): { block: EvmBlock; transaction: Hex; log: EvmLog }[];
  all(): EvmBlock[];
}

export function blockBook(begin: readonly EvmBlock[] = []): BlockBook {
  const blocks: EvmBlock[] = [];
  const placeOf = new Map<Hex, { block: EvmBlock; receipt: EvmReceipt }>();
  /** Blocks with logs, ascending. */
  let telling: EvmBlock[] = [];

  function add(block: EvmBlock): void {
    blocks.push(block);
    for (const receipt of block.receipts) placeOf.set(receipt.transaction, { block, receipt });
    if (block.receipts.some(({ logs }) => logs.length > 0)) telling.push(block);
  }

  /** Place of the first of those that is not before that number. */
  function firstFrom(number: number): number {
    let [low, high] = [0, telling.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (telling[middle]!.number < number) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  for (const block of begin) add(block);

  return {
    get height() {
      return blocks.length - 1;
    },
    at: number => blocks[number],
    add,
    cut(to) {
      const gone = blocks.splice(to + 1);
      for (const { receipts } of gone) for (const { transaction } of receipts) placeOf.delete(transaction);
      telling = telling.slice(0, firstFrom(to + 1));
      return gone;
    },
    receipt: transaction => placeOf.get(transaction),
    logs({ from, to, addresses, topics = [] }) {
      const found: ReturnType<BlockBook['logs']> = [];
      for (let i = firstFrom(from); i < telling.length && telling[i]!.number <= to; i++) {
        const block = telling[i]!;
        for (const { transaction, logs } of block.receipts) {
          for (const log of logs) {
            if (addresses?.has(log.address) === false) continue;
            if (topics.some((wanted, place) => wanted?.has(log.topics[place] ?? '') === false)) continue;
            found.push({ block, transaction, log });
          }
        }
      }
      return found;
    },
    all: () => [...blocks],
  };
}
