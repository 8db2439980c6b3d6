import assert from 'node:assert/strict';
import { it } from 'node:test';
import { fakeChain } from '../../testing/fakeChain.ts';
import { simulatedClock } from '../../testing/simulatedClock.ts';
import { failoverRpc } from './failover.ts';
import { httpTransport } from './transport.ts';

const CHAIN = 31_337;

function setUp() {
  const chain = fakeChain(CHAIN);
  for (let i = 0; i < 20; i++) chain.mine();
  const clock = simulatedClock();
  const [a, b] = [chain.endpoint('a'), chain.endpoint('b')];
  const rpc = failoverRpc({ transports: [a, b], chainId: CHAIN, clock, staleBlocks: 3 });
  return { chain, clock, a, b, rpc };
}
const height = { number: 'eth_blockNumber', block: 'eth_getBlockByNumber' } as const;

it('asks the second endpoint while the first is dead, and the first again once it has rested', async () => {
  const { clock, a, b, rpc } = setUp();
  a.mood.dead = true;
  assert.equal(await rpc.request(height.number, []), '0x14');
  const asked = a.calls.length;
  assert.equal(await rpc.request(height.number, []), '0x14');
  assert.equal(a.calls.length, asked);
  a.mood.dead = false;
  b.mood.dead = true;
  assert.equal(await rpc.request(height.number, []), '0x14');
  await clock.wait(60_000);
  const before = a.calls.length;
  await rpc.request(height.number, []);
  assert.ok(a.calls.length > before);
});

it('passes over an endpoint that is too many blocks behind', async () => {
  const { a, rpc } = setUp();
  a.mood.behind = 10;
  await rpc.refreshHeads();
  assert.equal(await rpc.request(height.number, []), '0x14');
  a.mood.behind = 2;
  await rpc.refreshHeads();
  assert.equal(await rpc.request(height.number, []), '0x12');
});

it('does not unsee a block', async () => {
  const { a, rpc } = setUp();
  a.mood.behind = 1;
  await rpc.refreshHeads();
  rpc.raiseFloor(20);
  assert.equal(await rpc.request(height.number, []), '0x14');
});

it('gives up an endpoint that hangs, not the request', async () => {
  const { a, clock, rpc } = setUp();
  a.mood.hangs = true;
  assert.equal(await rpc.request(height.number, []), '0x14');
  assert.ok(clock.nowMs() >= 10_000);
});

it('says which endpoints failed and why when none answers, without their keys', async () => {
  const clock = simulatedClock();
  const secret = httpTransport('https://rpc.example/v3/SECRET?key=SECRET');
  const transport = {
    name: secret.name,
    request: async () => Promise.reject(new Error('connection refused')),
  };
  const rpc = failoverRpc({ transports: [transport], chainId: CHAIN, clock });
  await assert.rejects(rpc.request(height.number, []), (error: Error & { code: string }) => {
    assert.equal(error.code, 'K_RPC_UNREACHABLE');
    assert.match(error.message, /https:\/\/rpc\.example \(connection refused\)/);
    assert.doesNotMatch(JSON.stringify(error), /SECRET/);
    return true;
  });
  // 100 + 200 + 400 + 800 milliseconds between five rounds.
  assert.equal(clock.nowMs(), 1_500);
});

it('refuses an endpoint of another chain', async () => {
  const { a, rpc } = setUp();
  a.mood.chainId = 1;
  await assert.rejects(rpc.request(height.number, []), {
    code: 'K_WRONG_CHAIN',
    message: 'a serves chain 1, the address file is for chain 31337.',
  });
});

it('takes a refusal for an answer', async () => {
  const { chain, a, b, rpc } = setUp();
  chain.estimateReverts = '0x12345678';
  await assert.rejects(rpc.request('eth_estimateGas', [{}]), { name: 'RpcAnswerError' });
  assert.equal(a.calls.filter(method => method === 'eth_estimateGas').length, 1);
  assert.ok(!b.calls.includes('eth_estimateGas'));
});

it('waits for an endpoint that has the block a request needs', async () => {
  const { chain, clock, rpc } = setUp();
  void clock.wait(300).then(() => chain.mine());
  assert.equal(await rpc.request(height.number, [], { minBlock: 21 }), '0x15');
  await assert.rejects(rpc.request(height.number, [], { minBlock: 99 }), { code: 'K_RPC_UNREACHABLE' });
});

it('follows a chain that went back once every endpoint says so', async () => {
  const { chain, rpc } = setUp();
  await rpc.refreshHeads();
  rpc.raiseFloor(20);
  chain.goBack(7);
  assert.equal(await rpc.request(height.number, []), '0x7');
});

it('leaves no failure unheard when it is closed in the middle of many requests', async () => {
  const unheard: unknown[] = [];
  const hear = (error: unknown) => unheard.push(error);
  process.on('unhandledRejection', hear);
  const { a, b, rpc } = setUp();
  a.mood.hangs = true;
  b.mood.hangs = true;
  const requests = Array.from({ length: 4 }, () => rpc.request(height.number, []));
  rpc.close();
  const results = await Promise.allSettled(requests);
  await new Promise(resolve => setImmediate(() => setImmediate(resolve)));
  process.off('unhandledRejection', hear);
  assert.deepEqual(unheard, []);
  for (const result of results) {
    assert.equal(result.status === 'rejected' && (result.reason as { code: string }).code, 'K_CHAIN_CLOSED');
  }
});

it('does not believe in a height whose block an endpoint cannot show', async () => {
  const { a, b, rpc } = setUp();
  a.mood.ahead = 1_000;
  await rpc.refreshHeads();
  assert.equal(await rpc.request(height.number, []), '0x14');
  assert.equal(b.calls.at(-1), height.number);
  b.mood.dead = true;
  assert.ok(await rpc.request(height.block, ['latest', false]));
});
