import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Chain } from '@koinon/chain';
import { type Hex, keySigner, sha256, toHex, utf8 } from '@koinon/protocol';
import { koinTokenAbi } from '@koinon/protocol/abi';
import { type Loop, worldLoop } from '../loop/loop.ts';
import { randomOf } from '../loop/random.ts';
import type { EndpointFaults } from './endpointFaults.ts';
import { type WorldChain, worldChain } from './worldChain.ts';

const key = toHex(sha256(utf8.encode('alder')));
const alder = keySigner(key).address;
const birch = keySigner(toHex(sha256(utf8.encode('birch')))).address;
const every = 1_000_000;

interface Bench {
  world: WorldChain;
  loop: Loop;
  /** Over one endpoint with these faults, or several. */
  over(...endpoints: EndpointFaults[]): Promise<Chain>;
  pay(chain: Chain, amount: bigint, key?: string): Promise<unknown>;
  /** What birch was paid, in the order of the chain. */
  paid(): Promise<bigint[]>;
}

/** A world with one rich account; twice, to see that it is the same world. */
async function live(body: (bench: Bench) => Promise<void>): Promise<void> {
  const run = async () => {
    const loop = worldLoop();
    return loop.live(async () => {
      const world = await worldChain({ loop, random: randomOf('endpoints') });
      const token = world.deployment.token as Hex;
      await world.fund(alder, { koin: 10n ** 20n, wei: 10n ** 20n });
      await body({
        ...{ world, loop },
        over: (...endpoints) => world.connect({ privateKey: key, endpoints, backoffMs: 50 }),
        pay: (chain, amount, key) =>
          chain.token.transfer(token, birch, amount, key === undefined ? {} : { key }),
        async paid() {
          const reader = await world.connect();
          const transfers = await reader.contracts.events({ address: token, abi: koinTokenAbi }, 'Transfer', {
            args: { to: birch },
          });
          return transfers.map(({ args }) => (args as { value: bigint }).value);
        },
      });
      await world.close();
      return world.evm.head().hash;
    });
  };
  assert.equal(await run(), await run());
}

test('answers that are late make everything later, and nothing else', () =>
  live(async ({ loop, over, pay, paid }) => {
    const before = loop.nowMs();
    const chain = await over({ lateMs: [1_000, 2_000] });
    assert.ok(loop.nowMs() - before >= 3_000);
    await pay(chain, 1n);
    assert.deepEqual(await paid(), [1n]);
  }));

test('an endpoint whose answers are lost is given up for the next', () =>
  live(async ({ loop, over, pay, paid }) => {
    const first: EndpointFaults = {};
    const chain = await over(first, {});
    first.lostPpm = every;
    const before = loop.nowMs();
    await pay(chain, 1n);
    assert.ok(loop.nowMs() - before >= 10_000);
    assert.deepEqual(await paid(), [1n]);
  }));

test('what is sent over an endpoint that fails after it was done, is done once', () =>
  live(async ({ over, pay, paid }) => {
    const faults: EndpointFaults = {};
    const chain = await over(faults);
    faults.failsPpm = 300_000;
    for (let amount = 1n; amount <= 6n; amount++) await pay(chain, amount, `${amount}`);
    assert.deepEqual(await paid(), [1n, 2n, 3n, 4n, 5n, 6n]);
  }));

test('an endpoint that is down is not waited for, and asked again once it is up', () =>
  live(async ({ loop, over, pay, paid }) => {
    const [first, second]: EndpointFaults[] = [{ isDown: true }, {}];
    const chain = await over(first!, second!);
    await pay(chain, 1n);
    first!.isDown = false;
    second!.isDown = true;
    await loop.clock.wait(60_000);
    await pay(chain, 2n);
    assert.deepEqual(await paid(), [1n, 2n]);
  }));

test('an endpoint that is far behind is passed over', () =>
  live(async ({ world, loop, over }) => {
    const chain = await over({ behindBlocks: 9 }, {});
    chain.watch(() => undefined, { everyBlock: true });
    await loop.clock.wait(60_000);
    assert.equal((await chain.block('latest')).number, world.evm.head().number);
    await chain.close();
  }));

test('over an endpoint that is behind the chain moves on, and what was written is read', () =>
  live(async ({ loop, over, pay, paid, world }) => {
    const faults: EndpointFaults = {};
    const chain = await over(faults);
    for (let i = 0; i < 4; i++) {
      await loop.clock.wait(2_000);
      await chain.block('latest');
    }
    faults.behindBlocks = 3;
    await pay(chain, 1n);
    await pay(chain, 2n);
    assert.equal(await chain.token.balanceOf(world.deployment.token as Hex, birch), 3n);
    assert.deepEqual(await paid(), [1n, 2n]);
  }));

test('an endpoint that claims blocks which nobody has is not believed', () =>
  live(async ({ loop, over, pay, paid }) => {
    const liar: EndpointFaults = {};
    const chain = await over(liar, {});
    liar.aheadBlocks = 1_000;
    await pay(chain, 1n);
    await loop.clock.wait(60_000);
    liar.isDown = true;
    await pay(chain, 2n);
    assert.deepEqual(await paid(), [1n, 2n]);
  }));

for (const fault of ['dropsPpm', 'forgetsPpm'] as const) {
  test(`a transaction that an endpoint ${fault === 'dropsPpm' ? 'drops' : 'forgets'} is sent again with a higher fee`, () =>
    live(async ({ loop, world, over, pay, paid }) => {
      const faults: EndpointFaults = { [fault]: every };
      const chain = await over(faults);
      const before = loop.nowMs();
      const sent = pay(chain, 1n);
      await loop.clock.wait(10_000);
      assert.deepEqual(await paid(), []);
      faults[fault] = 0;
      await sent;
      assert.ok(loop.nowMs() - before >= 30_000);
      const { feeWei } =
        world.evm.head().transactions[0] ?? world.evm.block(world.evm.head().number - 1)!.transactions[0]!;
      assert.ok(feeWei > 3n * 10n ** 9n);
      assert.deepEqual(await paid(), [1n]);
    }));
}

test('an endpoint that counts no waiting transactions does not make two of one nonce', () =>
  live(async ({ over, pay, paid }) => {
    const chain = await over({ isBlindToWaiting: true });
    await Promise.all([pay(chain, 1n), pay(chain, 2n), pay(chain, 3n)]);
    assert.deepEqual(await paid(), [1n, 2n, 3n]);
  }));
