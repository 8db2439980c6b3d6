import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { namesAbi } from '@koinon/protocol/abi';
import { KoinonError } from '@koinon/protocol/errors';
import type { ChainEvent } from '../../port/chain.ts';
import type { Contract } from '../../port/contracts.ts';
import { type EvmWorld, evmWorld } from '../../testing/evmWorld.ts';
import { refused } from '../../testing/refused.ts';
import { PEER_ID } from '../../testing/samples.ts';
import { simulatedClock } from '../../testing/simulatedClock.ts';
import { connectChain } from '../connectChain.ts';
import { refusalOf } from '../transactions/revert.ts';

// Account 1 owns two nodes, whose operators are 1 and 2; account 3 is a node of its own.
let world: EvmWorld;
let names: Contract<typeof namesAbi>;
before(async () => {
  world = await evmWorld();
  const owner = world.account(1);
  for (const i of [1, 2]) await world.as(i).nodes.register({ peerId: PEER_ID, roles: 1, owner });
  await world.as(3).nodes.register({ peerId: PEER_ID, roles: 1 });
  names = {
    address: world.deployment.names as `0x${string}`,
    abi: namesAbi,
    remedies: { NameTaken: 'Choose another name.' },
  };
});
after(() => world.close());

const name = (by: number, node: number, text: string, key?: string) =>
  world.as(by).contracts.write(names, 'setName', [world.account(node), text], {
    doing: 'naming the node',
    ...(key === undefined ? {} : { key }),
  });
const nameOf = (node: number, block?: number) =>
  world.as(0).contracts.read(names, 'nameOf', [world.account(node)], block === undefined ? {} : { block });

it('writes, reads and tells what was emitted, with addresses in lower case', async () => {
  const { mined, emitted } = await name(1, 1, 'alpha');
  assert.equal((await world.as(0).mined(mined.transaction))?.blockHash, mined.blockHash);
  const [node, owner] = [world.account(1), world.account(1)];
  assert.deepEqual(emitted(names, 'Named'), [{ node, owner, name: 'alpha' }]);
  assert.equal(await nameOf(1), 'alpha');
  assert.equal(await world.as(2).contracts.read(names, 'nodeOf', [owner, 'alpha']), node);
});

it('reads as it was when a block ended', async () => {
  const { mined } = await name(1, 1, 'beta');
  assert.equal(await nameOf(1, mined.block - 1), 'alpha');
  assert.equal(await nameOf(1, mined.block), 'beta');
  await name(1, 1, 'alpha');
});

it('tells a refusal by the name of its error, with its values and what to do', async () => {
  const taken = await refused(name(1, 2, 'alpha'), 'NameTaken');
  assert.equal(taken['node'], world.account(1));
  const bad = name(1, 2, 'Alpha');
  await assert.rejects(bad, { code: 'K_CHAIN_REVERTED', message: /refused naming the node: bad character/ });
  await assert.rejects(name(1, 2, 'alpha'), { next: 'Choose another name.' });
  await bad.catch(error => assert.equal(refusalOf(error), 'BadCharacter'));
  // An error of the contract behind it, which its own ABI does not have.
  const unknown = world.as(1).contracts.write(names, 'setName', [world.account(0), 'a'], { doing: 'naming' });
  await refused(unknown, 'NotRegistered');
});

it('calls nothing else a refusal', () => {
  assert.equal(refusalOf(new Error('no')), undefined);
  assert.equal(refusalOf(undefined), undefined);
  const data = { error: 'NameTaken' };
  assert.equal(refusalOf(new KoinonError({ code: 'K_FILE', message: '', fault: 'user', data })), undefined);
});

it('sends once under one key', async () => {
  const [first, second] = [await name(1, 2, 'gamma', 'k'), await name(1, 2, 'gamma', 'k')];
  assert.equal(first.mined.transaction, second.mined.transaction);
});

it('finds the events of a contract of which nobody here knows more than its ABI', async () => {
  await name(3, 3, 'alpha');
  const { contracts } = world.as(0);
  const all = await contracts.events(names, 'Named');
  assert.deepEqual(
    all.map(({ args }) => args.name),
    ['alpha', 'beta', 'alpha', 'gamma', 'alpha'],
  );
  const [, , , , last] = all;
  assert.equal(last!.args.owner, world.account(3));
  const of = await contracts.events(names, 'Named', { args: { owner: world.account(1), name: 'alpha' } });
  assert.equal(of.length, 2);
  const later = await contracts.events(names, 'Named', { fromBlock: last!.block });
  assert.deepEqual(later, [last]);
  assert.equal((await contracts.events(names, 'Named', { toBlock: last!.block - 1 })).length, 4);
});

it('tells who watches of events somebody asked for, and follows the chain when it is reorganised', async () => {
  const chain = world.as(0);
  const told: ChainEvent[] = [];
  const stop = chain.watch(event => void told.push(event));
  const { mined } = await name(1, 1, 'delta');
  const before = await chain.contracts.events(names, 'Named');
  assert.equal(before.at(-1)!.blockHash, mined.blockHash);
  await world.chain.goBack(mined.block - 1);
  assert.equal((await chain.contracts.events(names, 'Named')).length, before.length - 1);
  await world.chain.mine();
  const again = await chain.contracts.events(names, 'Named');
  stop();
  assert.equal(again.at(-1)!.args.name, 'delta');
  assert.notEqual(again.at(-1)!.blockHash, mined.blockHash);
  const kinds = told.map(({ type }) => type).filter(type => type === 'contract' || type === 'reorganised');
  assert.deepEqual(kinds, ['contract', 'reorganised', 'contract']);
});

it('refuses to write without an account', async () => {
  const { transport, deployment } = world;
  const chain = await connectChain({ transports: [transport], deployment, clock: simulatedClock() });
  const writing = chain.contracts.write(names, 'setName', [world.account(1), 'a'], { doing: 'naming' });
  await assert.rejects(writing, { code: 'K_CHAIN_READ_ONLY' });
  await chain.close();
});

it('takes only what the ABI has', () => {
  const { contracts } = world.as(0);
  const wrong = [
    // @ts-expect-error a name is text
    () => contracts.read(names, 'nodeOf', [world.account(1), 5]),
    // @ts-expect-error no view
    () => contracts.read(names, 'setName', [world.account(1), 'a']),
    // @ts-expect-error no such event
    () => contracts.events(names, 'Renamed'),
  ];
  assert.equal(wrong.length, 3);
});
