import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import type { Hex } from '@koinon/protocol';
import { asKoinonError } from '@koinon/protocol/errors';
import fc from 'fast-check';
import { type Anvil, startAnvil } from '../devnet/startAnvil.ts';
import type { ChannelParams } from '../port/escrow.ts';
import { anvilWorld } from '../testing/anvilWorld.ts';
import { memoryWorld } from '../testing/memoryWorld.ts';
import { digest, grant, PEER_ID, voucher } from '../testing/samples.ts';
import { ACCOUNTS, CHALLENGE_WINDOW_SECONDS, type World } from '../testing/world.ts';

let anvil: Anvil;
before(async () => {
  anvil = await startAnvil({ blockTimeSeconds: 0.01, idleBlockSeconds: 3_600 });
});
after(() => anvil.stop());

interface Command {
  /** Who acts, and on whom. */
  by: number;
  on: number;
  amount: bigint;
  what: keyof typeof actions;
}

const koin = (world: World) => world.as(0).deployment.token as Hex;
function channel(world: World, payer: number, payee: number): ChannelParams {
  const coverage = payee === 1 ? 10n ** 18n : 0n;
  const [from, to] = [world.account(payer), world.account(payee)];
  return { payer: from, payee: to, token: koin(world), signer: from, number: 1n, coverage };
}

/** Small amounts on few accounts, so that random commands meet. */
const actions = {
  register: (w: World, { by, on }: Command) =>
    w.as(by).nodes.register({ peerId: PEER_ID, roles: on, owner: w.account(on) }),
  stake: (w: World, { by, on, amount }: Command) => w.as(by).nodes.stake(w.account(on), amount),
  unstake: (w: World, { by, on, amount }: Command) => w.as(by).nodes.requestUnstake(w.account(on), amount),
  withdrawStake: (w: World, { by, on }: Command) =>
    w.as(by).nodes.withdrawStake(w.account(on), w.account(by)),
  anchor: (w: World, { by, on, amount }: Command) => w.as(by).nodes.anchor(amount, digest(on + 1)),
  transfer: (w: World, { by, on, amount }: Command) =>
    w.as(by).token.transfer(koin(w), w.account(on), amount * 3n),
  deposit: (w: World, { by, amount }: Command) => w.as(by).escrow.deposit(koin(w), amount),
  withdraw: (w: World, { by, amount }: Command) => w.as(by).escrow.withdraw(koin(w), amount),
  open: (w: World, { by, on, amount }: Command) => {
    const { payee, token, signer, number, coverage } = channel(w, by, on);
    return w.as(by).escrow.openChannel({ payee, token, signer, number, coverage, amount });
  },
  topUp: (w: World, { by, on, amount }: Command) => w.as(by).escrow.topUp(channel(w, on, by), amount),
  claim: async (w: World, { by, on, amount }: Command) => {
    const params = channel(w, on, by);
    return w.as(by).escrow.claim(params, await voucher(w, params, amount, on));
  },
  claimMany: async (w: World, { by, amount }: Command) => {
    const payers = Array.from({ length: ACCOUNTS }, (_, payer) => payer);
    const claims = payers.map(async payer => {
      const params = channel(w, payer, by);
      return { params, voucher: await voucher(w, params, amount, payer) };
    });
    return w.as(by).escrow.claimMany(await Promise.all(claims));
  },
  requestClose: (w: World, { by, on }: Command) => w.as(by).escrow.requestClose(channel(w, by, on)),
  close: (w: World, { by, on }: Command) => w.as(by).escrow.close(channel(w, on, by)),
  publish: (w: World, { by, on, amount }: Command) =>
    w.as(by).datasets.publish({
      ...{ metadataDigest: digest(1), contentRoot: digest(2), policyDigest: digest(4) },
      ...{ custodian: w.account(on), capMicroRho: amount },
    }),
  reserve: async (w: World, { by, on, amount }: Command) =>
    w.as(by).datasets.reserve(await grant(w, on, { microRho: 4n }), digest(Number(amount)), amount),
  spend: (w: World, { by, on, amount }: Command) =>
    w.as(by).datasets.spend(1n, digest(Number(amount)), BigInt(on)),
  revokeAll: (w: World, { by }: Command) => w.as(by).datasets.revokeAll(1n),
  sell: (w: World, { by, on }: Command) => w.as(by).datasets.transfer(1n, w.account(on)),
  model: (w: World, { by, on, amount }: Command) =>
    w.as(by).models.register({ model: digest(Number(amount)), passport: digest(on), parents: [digest(on)] }),
  amend: (w: World, { by, on, amount }: Command) =>
    w.as(by).models.amend({ model: digest(Number(amount)), passport: digest(on) }),
  wait: (w: World, { amount }: Command) => w.advance(Number(amount) * (CHALLENGE_WINDOW_SECONDS / 2)),
} as const;

const command: fc.Arbitrary<Command> = fc.record({
  by: fc.nat(ACCOUNTS - 1),
  on: fc.nat(ACCOUNTS - 1),
  amount: fc.bigInt(0n, 6n),
  // Claims and time more often than the rest: that is where the arithmetic is.
  what: fc.constantFrom(
    ...(Object.keys(actions) as (keyof typeof actions)[]),
    ...(['claim', 'claim', 'claimMany', 'wait', 'wait', 'withdraw', 'stake'] as const),
  ),
});

/** What the command came to, without what differs between any two networks: addresses, hashes, times. */
async function outcome(world: World, given: Command): Promise<string> {
  try {
    await actions[given.what](world, given);
    return 'done';
  } catch (thrown) {
    const { code, data } = asKoinonError(thrown);
    const numbers = Object.entries(data).filter(
      ([key, value]) => /^\d{1,8}$/.test(String(value)) && key !== 'closesAt',
    );
    return `${code} ${String(data['error'])} ${JSON.stringify(numbers)}`;
  }
}

async function state(world: World): Promise<unknown> {
  const everyone = Array.from({ length: ACCOUNTS }, (_, i) => i);
  const { nodes, escrow, datasets, models, token } = world.as(0);
  const accounts = everyone.map(async i => {
    const account = world.account(i);
    const { older, newer } = await escrow.maturing(koin(world), account);
    return {
      node: await nodes.get(account).then(node => node && { ...node, registeredAt: 0 }),
      head: await nodes.head(account).then(({ size, root }) => ({ size, root })),
      tokens: await token.balanceOf(koin(world), account),
      balance: await escrow.balance(koin(world), account),
      maturing: [older, newer],
      exposure: await escrow.exposure(account),
      channels: await Promise.all(
        everyone.map(async j => {
          const { deposited, claimed, closesAt } = await escrow.channel(channel(world, i, j));
          return [deposited, claimed, closesAt !== undefined];
        }),
      ),
    };
  });
  return {
    accounts: await Promise.all(accounts),
    datasets: await datasets.list(),
    models: (await models.list()).map(({ model, passport, publisher }) => ({ model, passport, publisher })),
  };
}

it('does whatever the contracts do, for any sequence of commands', async () => {
  const seed = 20_251_122;
  await fc.assert(
    fc.asyncProperty(fc.array(command, { minLength: 40, maxLength: 40 }), async commands => {
      const [twin, real] = [await memoryWorld(), await anvilWorld(anvil.rpcUrl)];
      try {
        for (const world of [twin, real]) {
          // Windows begin at the same distance on both sides.
          const { timestampSeconds } = await world.as(0).block('latest');
          await world.advance(CHALLENGE_WINDOW_SECONDS - (timestampSeconds % CHALLENGE_WINDOW_SECONDS) + 100);
          for (const i of [0, 1, 2]) await world.as(0).token.transfer(koin(world), world.account(i), 20n);
          for (const i of [0, 1, 2]) await world.as(i).escrow.deposit(koin(world), 10n);
          await Promise.all(
            [0, 1, 2].flatMap(i =>
              [0, 1, 2]
                .filter(j => j !== i)
                .map(j => actions.open(world, { by: i, on: j, amount: 4n, what: 'open' })),
            ),
          );
          const sample = { metadataDigest: digest(1), contentRoot: digest(2), policyDigest: digest(4) };
          await world.as(0).datasets.publish({ ...sample, custodian: world.account(1), capMicroRho: 6n });
          await world.as(1).nodes.register({ peerId: PEER_ID, roles: 1 });
        }
        for (const [i, given] of commands.entries()) {
          const expected = await outcome(real, given);
          assert.equal(await outcome(twin, given), expected, `command ${i}: ${given.what}`);
          if (i % 10 === 9) assert.deepEqual(await state(twin), await state(real), `after command ${i}`);
        }
      } finally {
        await Promise.all([twin.close(), real.close()]);
      }
    }),
    { seed, numRuns: 4, endOnFailure: true },
  );
});
