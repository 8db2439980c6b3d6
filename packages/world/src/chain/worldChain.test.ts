import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Hex, keySigner, sha256, toHex, utf8 } from '@koinon/protocol';
import { worldLoop } from '../loop/loop.ts';
import { randomOf } from '../loop/random.ts';
import { type WorldChain, worldChain } from './worldChain.ts';

const keyOf = (name: string): Hex => toHex(sha256(utf8.encode(name)));
const addressOf = (name: string) => keySigner(keyOf(name)).address;
const PEER_ID = '16Uiu2HAmHaMx6vnxJy5ZCjPS1KzNGsUJZjTHLZ7Eqw5tFJYdcabv';
const KOIN = 10n ** 18n;

/** A life of a chain; what the body comes to, and the hash of the block that is the newest then. */
async function live<T>(
  seed: string,
  body: (chain: WorldChain, loop: ReturnType<typeof worldLoop>) => Promise<T>,
) {
  const loop = worldLoop();
  return loop.live(async () => {
    const chain = await worldChain({ loop, random: randomOf(seed) });
    const value = await body(chain, loop);
    await chain.close();
    return { value, head: chain.evm.head() };
  });
}

const stakeOne = async (world: WorldChain) => {
  await world.fund(addressOf('alder'), { koin: 5n * KOIN, wei: 10n ** 18n });
  const chain = await world.connect({ privateKey: keyOf('alder') });
  await chain.nodes.register({ peerId: PEER_ID, roles: 3 });
  return chain.nodes.stake(addressOf('alder'), 2n * KOIN);
};

test('the same seed gives the same blocks, and another seed others', async () => {
  const [one, again, other] = [
    await live('a', stakeOne),
    await live('a', stakeOne),
    await live('b', stakeOne),
  ];
  assert.equal(one.head.hash, again.head.hash);
  assert.notEqual(one.head.hash, other.head.hash);
});

test('a transaction is mined at the next slot, whose time its block has', async () => {
  await live('a', async (world, loop) => {
    const { block } = await stakeOne(world);
    const { timestampSeconds } = world.evm.block(block)!;
    assert.equal(timestampSeconds % 2, 0);
    assert.ok(timestampSeconds * 1_000 <= loop.nowMs() && timestampSeconds * 1_000 > loop.nowMs() - 2_000);
  });
});

test('an idle chain makes one block for whoever looks, with the time of the last slot', async () => {
  await live('a', async (world, loop) => {
    const chain = await world.connect();
    const before = await chain.block('latest');
    await loop.clock.wait(3_600_001);
    const after = await chain.block('latest');
    assert.equal(after.number, before.number + 1);
    assert.equal(after.timestampSeconds, Math.floor(loop.nowMs() / 2_000) * 2);
    assert.deepEqual(await chain.block('latest'), after);
  });
});

test('what is given is there at once', async () => {
  await live('a', async (world, loop) => {
    const before = loop.nowMs();
    await world.fund(addressOf('birch'), { koin: 7n, wei: 8n });
    const chain = await world.connect();
    assert.equal(await chain.token.balanceOf(world.deployment.token as Hex, addressOf('birch')), 7n);
    assert.equal((await world.evm.account(addressOf('birch'), 'pending')).balance, 8n);
    assert.equal(loop.nowMs(), before);
  });
});

test('blocks that are replaced give their transactions back, and the newest number stays', async () => {
  await live('a', async (world, loop) => {
    const { transaction, block } = await stakeOne(world);
    const reader = await world.connect();
    const { number } = world.evm.head();
    await world.reorganise(number - block + 1);
    assert.equal(world.evm.head().number, number);
    assert.equal(await reader.mined(transaction), undefined);
    await loop.clock.wait(2_000);
    assert.equal((await reader.mined(transaction))!.block, number + 1);
    await assert.rejects(world.reorganise(10_000), RangeError);
  });
});
