import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { Deployment, Hex } from '@koinon/protocol';
import { encodeAbiParameters, encodeEventTopics } from 'viem/utils';
import { abis } from '../evm/abis.ts';
import type { ChainEvent } from '../interfaces.ts';
import { failoverRpc } from '../rpc/failover.ts';
import { fakeChain } from '../testing/fakeChain.ts';
import { digest } from '../testing/samples.ts';
import { simulatedClock } from '../testing/simulatedClock.ts';
import { eventIndex } from './eventIndex.ts';

const addressOf = (n: number): Hex => `0x${n.toString(16).padStart(40, '0')}`;
const deployment: Deployment = {
  koinon: 'deployment/2',
  chainId: 31_337,
  startBlock: 0,
  token: addressOf(1),
  nodes: addressOf(2),
  escrow: addressOf(3),
  datasets: addressOf(4),
  models: addressOf(5),
  beacon: addressOf(6),
  audits: addressOf(7),
  court: addressOf(8),
};
const operator = addressOf(0xaa);

function anchored(size: bigint) {
  const topics = encodeEventTopics({ abi: abis.nodes, eventName: 'Anchored', args: { operator } }) as Hex[];
  const data = encodeAbiParameters([{ type: 'uint64' }, { type: 'bytes32' }], [size, digest(Number(size))]);
  return { address: deployment.nodes as Hex, topics, data };
}

function setUp(chain = fakeChain(), options: { rangeBlocks?: number } = {}) {
  const endpoint = chain.endpoint('a');
  const ranges: [number, number][] = [];
  const { request } = endpoint;
  endpoint.request = (method, params, signal) => {
    const filter = params[0] as { fromBlock: Hex; toBlock: Hex };
    if (method === 'eth_getLogs') ranges.push([Number(filter.fromBlock), Number(filter.toBlock)]);
    return request(method, params, signal);
  };
  const rpc = failoverRpc({ transports: [endpoint], chainId: 31_337, clock: simulatedClock(), rounds: 1 });
  let saved: string | undefined;
  const snapshot = {
    load: () => saved,
    save(text: string) {
      saved = text;
    },
  };
  const open = () => eventIndex({ rpc, deployment, snapshot, ...options });
  const index = open();
  const sizes = async (of = index) => (await of.sync()).anchors.get(operator)?.map(({ size }) => size) ?? [];
  return { chain, endpoint, ranges, index, sizes, open, snapshot };
}

it('reads every block once', async () => {
  const { chain, ranges, sizes } = setUp();
  chain.mine([anchored(1n)]);
  assert.deepEqual(await sizes(), [1n]);
  chain.mine();
  chain.mine([anchored(2n)]);
  assert.deepEqual(await sizes(), [1n, 2n]);
  assert.deepEqual(await sizes(), [1n, 2n]);
  assert.deepEqual(ranges, [
    [0, 1],
    [2, 3],
  ]);
});

it('asks for fewer blocks at once where the endpoint wants it', async () => {
  const { chain, endpoint, sizes } = setUp(fakeChain(), { rangeBlocks: 1_000 });
  endpoint.mood.logRange = 10;
  for (let i = 1; i <= 40; i++) chain.mine([anchored(BigInt(i))]);
  assert.deepEqual(
    await sizes(),
    Array.from({ length: 40 }, (_, i) => BigInt(i + 1)),
  );
});

it('forgets what stood on blocks that were replaced and tells what stands there now', async () => {
  const { chain, index, sizes } = setUp();
  const told: string[] = [];
  index.listen((event: ChainEvent) => told.push(event.type));
  chain.mine([anchored(1n)]);
  await sizes();
  chain.mine([anchored(2n)]);
  await sizes();
  chain.reorganise(1);
  assert.deepEqual(await sizes(), [1n]);
  chain.mine([anchored(3n)]);
  assert.deepEqual(await sizes(), [1n, 3n]);
  assert.deepEqual(told, ['anchored', 'anchored', 'reorganised', 'anchored']);
});

it('follows a chain that was started again from an older state', async () => {
  const { chain, sizes } = setUp();
  for (const size of [1n, 2n, 3n]) {
    chain.mine([anchored(size)]);
    await sizes();
  }
  chain.goBack(1);
  assert.deepEqual(await sizes(), [1n]);
});

it('reads again from the start when nothing it remembers is left', async () => {
  const { chain, sizes } = setUp();
  chain.mine([anchored(1n)]);
  chain.mine([anchored(2n)]);
  await sizes();
  chain.reorganise(0);
  assert.deepEqual(await sizes(), []);
});

it('goes on from its snapshot', async () => {
  const { chain, index, ranges, sizes, open } = setUp();
  chain.mine([anchored(1n)]);
  await sizes();
  index.save();
  chain.mine([anchored(2n)]);
  assert.deepEqual(await sizes(open()), [1n, 2n]);
  assert.deepEqual(ranges.at(-1), [2, 2]);
});

it('takes no snapshot that is damaged or of another network', async () => {
  const { chain, index, sizes, open, snapshot } = setUp();
  chain.mine([anchored(1n)]);
  await sizes();
  index.save();
  const good = snapshot.load()!;
  for (const bad of [
    '',
    '{',
    good.replace(deployment.nodes, addressOf(9)),
    good.replace('"size":"1"', '"size":-1'),
  ]) {
    assert.notEqual(bad, good);
    snapshot.save(bad);
    assert.deepEqual(await sizes(open()), [1n]);
  }
});

it('answers everyone who asks at the same time from what is there now', async () => {
  const { chain, index } = setUp();
  const first = index.sync();
  chain.mine([anchored(1n)]);
  const second = await index.sync();
  assert.equal(second.anchors.get(operator)?.length, 1);
  await first;
});
