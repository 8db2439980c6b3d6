import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Hex } from '@koinon/protocol';
import fc from 'fast-check';
import { blockBook, type LogFilter } from './blockBook.ts';
import type { EvmBlock } from './evmChain.ts';

const wordOf = (n: number): Hex => `0x${n.toString(16).padStart(64, '0')}`;

/** A block with one transaction that tells of events; each is a contract and a topic. */
function blockOf(number: number, events: readonly (readonly [contract: number, topic: number])[]): EvmBlock {
  const logs = events.map(([contract, topic], logIndex) => ({
    ...{ address: wordOf(contract), topics: [wordOf(topic)], data: '0x' as Hex, logIndex },
  }));
  const receipt = {
    transaction: wordOf(1_000 + number),
    succeeded: true,
    gasUsed: 1n,
    contract: undefined,
    logs,
  };
  return {
    ...{ number, hash: wordOf(number), parentHash: wordOf(number - 1), timestampSeconds: number },
    ...{ mix: new Uint8Array(32), root: new Uint8Array(32), transactions: [], receipts: [receipt] },
  };
}

const events = fc.array(fc.tuple(fc.nat(2), fc.nat(2)), { maxLength: 3 });
const few = fc.option(fc.uniqueArray(fc.nat(2)), { nil: undefined });

test('finds the logs that a look at every block finds, whatever was taken off before', () =>
  fc.assert(
    fc.property(
      fc.array(events, { minLength: 1, maxLength: 12 }),
      fc.array(events, { maxLength: 6 }),
      fc.nat(12),
      ...([fc.nat(20), fc.nat(20), few, few] as const),
      (first, second, keep, from, to, contracts, topics) => {
        const blocks = first.map((told, number) => blockOf(number, told));
        const book = blockBook(blocks);
        const gone = book.cut(keep);
        assert.deepEqual(gone, blocks.splice(keep + 1));
        for (const told of second) blocks.push(blockOf(blocks.length, told));
        for (const block of blocks.slice(book.height + 1)) book.add(block);
        const filter: LogFilter = {
          ...{ from, to, addresses: contracts && new Set(contracts.map(wordOf)) },
          topics: [topics && new Set(topics.map(wordOf))],
        };
        const obvious = blocks
          .filter(({ number }) => number >= from && number <= to)
          .flatMap(block => block.receipts.flatMap(({ logs }) => logs.map(log => ({ block, log }))))
          .filter(({ log }) => filter.addresses?.has(log.address) !== false)
          .filter(({ log }) => filter.topics![0]?.has(log.topics[0]!) !== false);
        assert.deepEqual(
          book.logs(filter).map(({ block, log }) => ({ block, log })),
          obvious,
        );
        for (const block of gone) {
          const isThere = book.at(block.number) !== undefined;
          assert.equal(book.receipt(block.receipts[0]!.transaction) !== undefined, isThere);
        }
      },
    ),
  ));
