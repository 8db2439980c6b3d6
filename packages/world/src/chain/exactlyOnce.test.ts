import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Chain, memoryJournal } from '@koinon/chain';
import { type Hex, keySigner, sha256, toHex, utf8 } from '@koinon/protocol';
import { koinTokenAbi } from '@koinon/protocol/abi';
import { type Loop, worldLoop } from '../loop/loop.ts';
import { type Random, randomOf } from '../loop/random.ts';
import { drawFaults, type EndpointFaults } from './endpointFaults.ts';
import { type WorldChain, worldChain } from './worldChain.ts';

const key = toHex(sha256(utf8.encode('alder')));
const alder = keySigner(key).address;
const birch = keySigner(toHex(sha256(utf8.encode('birch')))).address;
const PAYMENTS = 8;
const CONFIRMATIONS = 3;
/** Until everything bad ends, and how long whatever is under way may take then, milliseconds. */
const BAD_MS = 400_000;
const HEALED_MS = 600_000;

/** Redraws what the endpoints do, and takes blocks off no deeper than counts, until the bad time is over. */
async function misfortune(world: WorldChain, loop: Loop, random: Random, faults: EndpointFaults[]) {
  const clear = () => {
    for (const one of faults) for (const name of Object.keys(one)) delete one[name as keyof EndpointFaults];
  };
  const untilMs = loop.nowMs() + BAD_MS;
  for (let i = 0; loop.nowMs() < untilMs; i++) {
    const own = random.of(`spell ${i}`);
    clear();
    for (const [at, one] of faults.entries()) Object.assign(one, drawFaults(own.of(`${at}`)));
    await loop.clock.wait(5_000 + own.below(40_000));
    if (!own.happens(600_000)) continue;
    const isLost = own.happens(500_000);
    await world.reorganise(1 + own.below(CONFIRMATIONS - 1), { lose: () => isLost });
  }
  clear();
}

/** The amounts that birch was paid, as the chain's own blocks tell. */
function fold(world: WorldChain): bigint[] {
  const paid = `0x${'00'.repeat(12)}${birch.slice(2)}`;
  return world.evm
    .logs({ from: 0, to: world.evm.head().number, addresses: new Set([world.deployment.token]) })
    .filter(({ log }) => log.topics[2] === paid)
    .map(({ log }) => BigInt(log.data));
}

async function indexed(chain: Chain): Promise<bigint[]> {
  const token = { address: chain.deployment.token as Hex, abi: koinTokenAbi };
  const told = await chain.contracts.events(token, 'Transfer', { args: { to: birch } });
  return told.map(({ args }) => (args as { value: bigint }).value);
}

/** One client with several lives, one journal, and everything bad that there is. */
async function story(seed: string) {
  const loop = worldLoop();
  const random = randomOf(seed);
  return loop.live(async () => {
    const world = await worldChain({ loop, random, confirmations: CONFIRMATIONS });
    await world.fund(alder, { koin: 10n ** 20n, wei: 10n ** 20n });
    const journal = memoryJournal();
    const faults: EndpointFaults[] = [{}, {}];
    const start = async () => {
      const chain = await world.connect({ privateKey: key, journal, endpoints: faults, backoffMs: 50 });
      chain.watch(() => undefined);
      await indexed(chain);
      return chain;
    };
    let chain = await start();
    const bad = misfortune(world, loop, random.of('misfortune'), faults);

    /** Until it is done: through errors, and through the death of the client. */
    async function pay(amount: bigint): Promise<void> {
      for (;;) {
        const mine = chain;
        const once = { key: `payment ${amount}` };
        const done = await mine.token.transfer(world.deployment.token as Hex, birch, amount, once).then(
          () => true,
          () => false,
        );
        if (done) return;
        await loop.clock.wait(1_000);
      }
    }

    const payments = Array.from({ length: PAYMENTS }, async (_, i) => {
      await loop.clock.wait(random.of(`payment ${i}`).below(BAD_MS));
      await pay(BigInt(i + 1));
    });
    const deaths = (async () => {
      for (let i = 0; i < 2; i++) {
        await loop.clock.wait(random.of(`death ${i}`).below(BAD_MS / 2));
        await chain.close();
        for (let isUp = false; !isUp; ) {
          await loop.clock.wait(2_000);
          isUp = await start().then(
            next => {
              chain = next;
              return true;
            },
            () => false,
          );
        }
      }
    })();
    await bad;
    const healedAtMs = loop.nowMs();
    const isEnded = await Promise.race([
      Promise.all([...payments, deaths]).then(() => true),
      loop.clock.wait(HEALED_MS).then(() => false),
    ]);
    const tookMs = loop.nowMs() - healedAtMs;
    await loop.clock.wait(120_000);
    const came = fold(world);
    const known = await indexed(chain);
    const fresh = await indexed(await world.connect());
    const pending = journal.pending(alder, world.deployment.chainId).length;
    await world.close();
    return { isEnded, tookMs, came, known, fresh, pending, head: world.evm.head().hash };
  });
}

const seeds = Number(process.env['WORLD_SEEDS'] ?? (process.env['KOINON_NIGHTLY'] ? 200 : 6));

for (let seed = 0; seed < seeds; seed++) {
  test(`through every fault, reorganisation and death each payment is made once, seed ${seed}`, async () => {
    const { isEnded, tookMs, came, known, fresh, pending } = await story(`${seed}`);
    assert.ok(isEnded, `goes on ${tookMs} ms after everything was well`);
    const inOrder = came.toSorted((a, b) => Number(a - b));
    assert.deepEqual(
      inOrder,
      Array.from({ length: PAYMENTS }, (_, i) => BigInt(i + 1)),
    );
    assert.deepEqual(known, came);
    assert.deepEqual(fresh, came);
    assert.equal(pending, 0);
  });
}

test('the same seed gives the same story to the last block', async () => {
  assert.deepEqual(await story('again'), await story('again'));
});
