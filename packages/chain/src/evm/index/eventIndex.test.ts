import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { Deployment, Hex } from '@koinon/protocol';
import { encodeAbiParameters, encodeEventTopics, toEventSelector } from 'viem/utils';
import type { ChainEvent } from '../../port/chain.ts';
import { fakeChain } from '../../testing/fakeChain.ts';
import { digest } from '../../testing/samples.ts';
import { simulatedClock } from '../../testing/simulatedClock.ts';
import { abis } from '../contracts/deployed.ts';
import type { Log } from '../rpc/answers.ts';
import { failoverRpc } from '../rpc/failover.ts';
import { eventIndex } from './eventIndex.ts';

const addressOf = (n: number): Hex => `0x${n.toString(16).padStart(40, '0')}`;
const deployment: Deployment = {
  koinon: 'deployment/3',
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
  names: addressOf(10),
};
const operator = addressOf(0xaa);
const slashed = toEventSelector('Slashed(address,address,uint256)');
/** A contract that no file of this package knows. */
const arena = addressOf(0xa7e4a);
const ended = toEventSelector('Ended(uint256)');
const endedAt = (round: number): Pick<Log, 'address' | 'topics' | 'data'> => ({
  ...{ address: arena, topics: [ended], data: digest(round) },
});

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

it('reads the past of an event once somebody asks for it, and keeps it from then on', async () => {
  const { chain, index, ranges } = setUp();
  const told: ChainEvent[] = [];
  index.listen(event => told.push(event));
  chain.mine([anchored(1n), endedAt(1)]);
  await index.sync();
  chain.mine([endedAt(2)]);
  const rounds = async () => (await index.logsOf(arena, ended, 'Ended')).map(({ data }) => data);
  assert.deepEqual(await rounds(), [digest(1), digest(2)]);
  chain.mine([endedAt(3)]);
  assert.deepEqual(await rounds(), [digest(1), digest(2), digest(3)]);
  assert.deepEqual(
    ranges.filter(([from]) => from === 0),
    [
      [0, 1],
      [0, 2],
    ],
  );
  assert.deepEqual(
    told.filter(event => event.type === 'contract'),
    [{ type: 'contract', address: arena, event: 'Ended', block: 3 }],
  );
  assert.deepEqual(await index.logsOf(deployment.nodes as Hex, slashed, 'Slashed'), []);
});

it('follows a reorganisation with the events somebody asked for', async () => {
  const { chain, index } = setUp();
  const rounds = async () => (await index.logsOf(arena, ended, 'Ended')).map(({ data }) => data);
  chain.mine([endedAt(1)]);
  chain.mine([endedAt(2)]);
  assert.deepEqual(await rounds(), [digest(1), digest(2)]);
  chain.reorganise(1);
  chain.mine([endedAt(3)]);
  assert.deepEqual(await rounds(), [digest(1), digest(3)]);
});

it('reads the past again where the chain was reorganised meanwhile', async () => {
  const { chain, endpoint, index, ranges } = setUp();
  chain.mine([endedAt(1)]);
  chain.mine([endedAt(2)]);
  await index.sync();
  const { request } = endpoint;
  let turned = false;
  endpoint.request = async (method, params, signal) => {
    const answer = await request(method, params, signal);
    if (method === 'eth_getLogs' && !turned) {
      turned = true;
      chain.reorganise(1);
    }
    return answer;
  };
  const logs = await index.logsOf(arena, ended, 'Ended');
  assert.deepEqual(
    logs.map(({ data }) => data),
    [digest(1)],
  );
  assert.ok(ranges.length > 2);
});

it('keeps the events somebody asked for in its snapshot', async () => {
  const { chain, index, ranges, open } = setUp();
  chain.mine([endedAt(1)]);
  await index.logsOf(arena, ended, 'Ended');
  index.save();
  chain.mine([endedAt(2)]);
  const asked = ranges.length;
  const logs = await open().logsOf(arena, ended, 'Ended');
  assert.deepEqual(
    logs.map(({ block, data }) => [block, data]),
    [
      [1, digest(1)],
      [2, digest(2)],
    ],
  );
  assert.deepEqual(ranges.slice(asked), [[2, 2]]);
});
