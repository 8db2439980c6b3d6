import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { Hex } from '@koinon/protocol';
import type { Abi, AbiEvent } from 'viem';
import { encodeAbiParameters, encodeEventTopics } from 'viem/utils';
import { abis } from '../contracts/deployed.ts';
import { emptyCourtBook, enterFact } from './courtBook.ts';
import { courtFacts, courtShapes } from './courtShapes.ts';
import { indexedEventOf } from './indexedEvent.ts';

const word = (byte: number): Hex => `0x${byte.toString(16).padStart(2, '0').repeat(32)}`;
const account = (byte: number): Hex => `0x${byte.toString(16).padStart(2, '0').repeat(20)}`;
const addresses = {
  nodes: account(1),
  escrow: account(2),
  datasets: account(3),
  models: account(4),
  court: account(5),
};
const events = (abis.court as Abi).filter((item): item is AbiEvent => item.type === 'event');

/** A log of the event with the same value everywhere. */
function indexed(name: string, values: Record<string, unknown>) {
  const event = events.find(item => item.name === name)!;
  const plain = event.inputs.filter(input => input.indexed !== true);
  const topics = encodeEventTopics({ abi: [event], eventName: name, args: values } as never) as Hex[];
  const data = encodeAbiParameters(
    plain,
    plain.map(input => values[input.name!]),
  );
  return indexedEventOf(
    {
      ...{ address: addresses.court, topics, data, blockNumber: 7, blockHash: word(7) },
      ...{ transactionHash: word(8), logIndex: 0 },
    },
    addresses,
  );
}

it('keeps every event of the court but the moving of its own money', () => {
  const kept = Object.keys(courtShapes).map(name => name.replace('court.', ''));
  const names = events.map(({ name }) => name);
  assert.deepEqual(names.filter(name => !kept.includes(name)).sort(), ['Burned', 'Withdrawn']);
  assert.deepEqual(
    kept.filter(name => !names.includes(name)),
    [],
  );
  assert.equal(kept.length, courtFacts.length);
});

it('tells in words what events tell in numbers', () => {
  const demand = indexed('DemandMade', {
    ...{ demand: word(1), node: account(9), statement: word(2), what: 2, index: 3n },
    ...{ demander: account(0xab), until: 99 },
  });
  assert.deepEqual(demand, {
    ...{ type: 'court', what: 'demanded', id: word(1), who: account(0xab), accused: account(9) },
    details: { node: account(9), statement: word(2), what: 'trace', index: '3', until: '99' },
    ...{ block: 7, blockHash: word(7), transaction: word(8) },
  });
  const resolved = indexed('Resolved', { dispute: word(1), outcome: 2, majority: word(3) });
  assert.deepEqual(resolved?.type === 'court' && resolved.details, {
    ...{ outcome: 'acquitted', majority: word(3) },
  });
});

it('knows of later facts who they are about', () => {
  const book = emptyCourtBook();
  const place = { block: 1, transaction: word(9) };
  const accused = account(1);
  const details = { accused, receipt: word(2) };
  enterFact(book, { what: 'accused', id: word(1), who: account(2), accused, details, ...place });
  const told = enterFact(book, { what: 'seal-opened', id: word(1), details: {}, ...place });
  assert.deepEqual(told, { type: 'court', id: word(1), what: 'seal-opened', accused, block: 1 });
  assert.equal(book.facts[1]?.who, account(2));
  assert.deepEqual(book.disputes, [word(1)]);
  assert.equal(book.about.get(word(2))?.length, 1);
});
