import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { connectChain } from '@koinon/chain';
import { deployContracts } from '@koinon/chain/deployment';
import { devAccount } from '@koinon/chain/devnet';
import { type EvmWorld, evmWorld, simulatedClock } from '@koinon/chain/testing';
import { peerIdOfKey } from '@koinon/network';
import { NodeNames } from './nodeNames.ts';

// Account 1 owns two nodes, whose operators are 1 and 2; account 3 is a node of its own.
let world: EvmWorld;
before(async () => {
  world = await evmWorld();
  for (const [i, owner] of [
    [1, 1],
    [2, 1],
    [3, 3],
  ] as const) {
    const peerId = peerIdOfKey(devAccount(i).privateKey);
    await world.as(i).nodes.register({ peerId, roles: 0, owner: world.account(owner) });
  }
});
after(() => world.close());

const as = (account: number) => new NodeNames(world.as(account));
const set = (by: number, node: number, name: string) => as(by).set(world.account(node), name);
const nameOf = (node: number) => as(0).nameOf(world.account(node));
const listed = async () =>
  Object.fromEntries((await as(0).list()).map(({ node, name }) => [indexOf(node), name]));
const indexOf = (node: string) => [0, 1, 2, 3].find(i => world.account(i) === node);

test('a node has no name until its owner gives it one, and none again when it is taken away', async () => {
  assert.equal(await nameOf(1), undefined);
  assert.deepEqual(await as(0).list(), []);
  await set(1, 1, 'alpha');
  assert.equal(await nameOf(1), 'alpha');
  const [node, owner] = [world.account(1), world.account(1)];
  assert.deepEqual(await as(0).list(), [{ node, owner, name: 'alpha' }]);
  await set(1, 1, '');
  assert.equal(await nameOf(1), undefined);
  assert.deepEqual(await as(0).list(), []);
});

test('a changed name takes the place of the earlier one, which another node of the owner may have then', async () => {
  await set(1, 1, 'alpha');
  await set(1, 1, 'beta');
  await set(1, 2, 'alpha');
  assert.deepEqual(await listed(), { 1: 'beta', 2: 'alpha' });
});

test('two owners may call their nodes the same, and the list tells them apart', async () => {
  await set(3, 3, 'beta');
  const list = await as(0).list();
  assert.deepEqual(
    list.map(({ node }) => node),
    list.map(({ node }) => node).toSorted(),
  );
  const same = list.filter(({ name }) => name === 'beta');
  assert.deepEqual(new Set(same.map(({ owner }) => owner)), new Set([world.account(1), world.account(3)]));
});

test('a stranger, and the operator of a node that another owns, are refused and told who can', async () => {
  const refusal = {
    code: 'K_CHAIN_REVERTED',
    next: 'Name it from a node whose operator key is the owner of that node.',
  };
  await assert.rejects(set(3, 1, 'mine'), refusal);
  await assert.rejects(set(2, 2, 'mine'), refusal);
  assert.deepEqual(await listed(), { 1: 'beta', 2: 'alpha', 3: 'beta' });
});

test('a name that another node of the owner has is refused, with what to do', () =>
  assert.rejects(set(1, 2, 'beta'), {
    code: 'K_CHAIN_REVERTED',
    message: /naming 0x[0-9a-f]{40} "beta"/,
    next: 'Take the name from that node first, or choose another.',
  }));

test('names that are said on another contract of the same kind are not listed', async () => {
  const { transport } = world;
  const connection = { transports: [transport], clock: simulatedClock(), pollingMs: 10 };
  const { privateKey } = devAccount(0);
  const other = await deployContracts({ ...connection, privateKey, challengeWindowSeconds: 1_000 });
  const before = await as(0).list();
  const there = await connectChain({
    ...connection,
    deployment: other,
    privateKey: devAccount(3).privateKey,
  });
  await there.nodes.register({ peerId: peerIdOfKey(devAccount(3).privateKey), roles: 0 });
  const elsewhere = new NodeNames(there);
  await elsewhere.set(world.account(3), 'gamma');
  assert.equal((await elsewhere.list()).length, 1);
  await there.close();
  assert.deepEqual(await as(0).list(), before);
});

test('an event whose text is no name takes the earlier one away and is not shown', async () => {
  const { deployment, contracts } = world.as(0);
  const [node, owner] = [world.account(1), world.account(1)];
  const said = ['alpha', '<b>alpha</b>'].map(name => ({ args: { node, owner, name } }));
  const lying = (many: number) =>
    new NodeNames({
      contracts: { ...contracts, events: async () => said.slice(0, many) as never },
      deployment,
    });
  assert.deepEqual(await lying(1).list(), [{ node, owner, name: 'alpha' }]);
  assert.deepEqual(await lying(2).list(), []);
});

test('the list follows the chain when it is reorganised', async () => {
  const { block } = await set(3, 3, 'delta');
  assert.equal((await listed())[3], 'delta');
  await world.chain.goBack(block - 1);
  assert.equal((await listed())[3], 'beta');
  assert.equal(await nameOf(3), 'beta');
  await world.chain.mine();
  assert.equal((await listed())[3], 'delta');
});
