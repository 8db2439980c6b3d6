import assert from 'node:assert/strict';
import { it } from 'node:test';
import { fakeChain } from '../../testing/fakeChain.ts';
import { simulatedClock } from '../../testing/simulatedClock.ts';
import { failoverRpc } from './failover.ts';
import { pollHeads } from './heads.ts';

const nothing = () => undefined;

/** Polls of a chain that stands, with the times at which they came, milliseconds. */
function setUp() {
  const clock = simulatedClock();
  const endpoint = fakeChain().endpoint('a');
  const polls: number[] = [];
  const { request } = endpoint;
  endpoint.request = (method, params, signal) => {
    if (method === 'eth_getBlockByNumber') polls.push(clock.nowMs());
    return request(method, params, signal);
  };
  const rpc = failoverRpc({ transports: [endpoint], chainId: 31_337, clock });
  const heads = pollHeads({ rpc, clock, pollingMs: 100, idlePollingMs: 1_000 });
  return { clock, polls, heads };
}

it('polls ever more seldom while nobody waits and nothing happens, down to the idle pace', async () => {
  const { clock, polls, heads } = setUp();
  heads.listen(nothing, 'idle');
  await clock.wait(5_000);
  heads.close();
  assert.deepEqual(polls, [0, 100, 300, 700, 1_500, 2_500, 3_500, 4_500]);
});

it('polls quickly for as long as somebody waits, and soon after something happened', async () => {
  const { clock, polls, heads } = setUp();
  heads.listen(nothing, 'idle');
  await clock.wait(3_050);
  polls.length = 0;
  const rest = heads.listen(nothing);
  await clock.wait(250);
  rest();
  assert.deepEqual(polls, [3_150, 3_250]);
  await clock.wait(2_700);
  polls.length = 0;
  const atMs = clock.nowMs();
  heads.quicken();
  await clock.wait(750);
  heads.close();
  assert.deepEqual(
    polls.map(poll => poll - atMs),
    [100, 200, 400],
  );
});

it('asks nobody when nobody listens', async () => {
  const { clock, polls, heads } = setUp();
  const rest = [heads.listen(nothing), heads.listen(nothing, 'idle')];
  await clock.wait(150);
  for (const stop of rest) stop();
  const asked = polls.length;
  await clock.wait(10_000);
  assert.equal(polls.length, asked);
  heads.listen(nothing);
  await clock.wait(50);
  heads.close();
  assert.equal(polls.length, asked + 1);
});
