import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type Hex, statementDigest, ZERO_32 } from '@koinon/protocol';
import type { Chain, ChainEvent } from '../port/chain.ts';
import type { ChannelParams } from '../port/escrow.ts';
import { refused } from './refused.ts';
import { digest, grant, PEER_ID, voucher } from './samples.ts';
import { CHALLENGE_WINDOW_SECONDS, type World } from './world.ts';

/** What every implementation of `Chain` has to do. Each group gets a chain of its own. */
export function chainCompliance(name: string, start: () => Promise<World>): void {
  function group(title: string, tests: (world: () => World) => void): void {
    describe(`${name}: ${title}`, () => {
      let world: World;
      before(async () => {
        world = await start();
      });
      after(() => world.close());
      tests(() => world);
    });
  }
  const koinOf = (chain: Chain) => chain.deployment.token as Hex;

  group('blocks', world => {
    it('waits for a block that is still to come and finds those that are past', async () => {
      const chain = world().as(0);
      const { number } = await chain.block('latest');
      const later = chain.waitForBlock(number + 2);
      await world().advance(1);
      await world().advance(1);
      const found = await later;
      assert.equal(found.number, number + 2);
      assert.deepEqual(await chain.block(number + 2), found);
      assert.notEqual((await chain.block(number + 1)).hash, found.hash);
    });
    it('gives up waiting when told to', async () => {
      const abort = new AbortController();
      abort.abort(new Error('enough'));
      await assert.rejects(world().as(0).waitForBlock(1e6, abort.signal), /enough/);
    });
    it('has no block of the future', async () => {
      await assert.rejects(world().as(0).block(1e6), { code: 'K_NO_BLOCK' });
    });
    it('knows how its network was set up', async () => {
      const { court: _, ...delays } = await world().as(1).delays();
      assert.deepEqual(delays, {
        challengeWindowSeconds: CHALLENGE_WINDOW_SECONDS,
        unstakeSeconds: 3 * CHALLENGE_WINDOW_SECONDS,
        closeSeconds: 2 * CHALLENGE_WINDOW_SECONDS,
      });
    });
  });

  group('nodes', world => {
    const node = {
      peerId: PEER_ID,
      roles: 3,
      metadata: digest(1),
      multiaddrs: ['/ip4/127.0.0.1/tcp/1', '/x'],
    };

    it('registers, announces and lists nodes, and tells who watches', async () => {
      const chain = world().as(1);
      const events: ChainEvent[] = [];
      const blockOfNode = Promise.withResolvers<void>();
      const stop = world()
        .as(0)
        .watch(event => {
          events.push(event);
          if (event.type === 'block' && events.some(earlier => earlier.type === 'node'))
            blockOfNode.resolve();
        });
      const mined = await chain.nodes.register(node);
      assert.equal((await chain.block(mined.block)).hash, mined.blockHash);
      const { gasUsed, transaction } = (await chain.mined(mined.transaction))!;
      assert.deepEqual([gasUsed, transaction], [mined.gasUsed, mined.transaction]);
      await blockOfNode.promise;
      stop();
      const told = events.find(event => event.type === 'node');
      assert.deepEqual(told, { type: 'node', operator: world().account(1), block: mined.block });

      const [listed, ...others] = await world().as(0).nodes.list();
      assert.equal(others.length, 0);
      const { registeredAt, ...rest } = listed!;
      assert.equal(registeredAt, (await chain.block(mined.block)).timestampSeconds);
      const account = world().account(1);
      assert.deepEqual(rest, { ...node, operator: account, owner: account, stake: 0n });
      assert.deepEqual(await world().as(0).nodes.get(account), listed);
      assert.equal(await chain.nodes.get(world().account(2)), undefined);
      assert.deepEqual([...(await chain.nodes.operators())], [account]);
    });
    it('gives an operator to one node for ever', async () => {
      const facts = await refused(world().as(1).nodes.register(node), 'OperatorTaken');
      assert.equal(facts['operator'], world().account(1));
    });
    it('changes what is given and keeps the rest', async () => {
      const { nodes } = world().as(1);
      await nodes.setRoles(7);
      await nodes.announce(['/dns4/a/tcp/2']);
      const { roles, peerId, metadata, multiaddrs } = (await nodes.get(world().account(1)))!;
      assert.deepEqual(
        { roles, peerId, metadata, multiaddrs },
        { ...node, roles: 7, multiaddrs: ['/dns4/a/tcp/2'] },
      );
    });
    it('refuses to speak for strangers and at length', async () => {
      await refused(world().as(2).nodes.announce(['/x']), 'NotRegistered');
      const facts = await refused(
        world()
          .as(1)
          .nodes.announce(['x'.repeat(1025)]),
        'BadLength',
      );
      assert.deepEqual([facts['length'], facts['max']], ['1025', '1024']);
    });
    it('anchors a log that only grows', async () => {
      const { nodes } = world().as(1);
      const account = world().account(1);
      assert.deepEqual(await nodes.head(account), { size: 0n, root: ZERO_32, block: 0 });
      const first = await nodes.anchor(2n, digest(1));
      const second = await nodes.anchor(5n, digest(2));
      await nodes.anchor(5n, digest(2));
      assert.deepEqual(await nodes.head(account), { size: 5n, root: digest(2), block: second.block });
      const { transaction, block, blockHash } = first;
      assert.deepEqual(await world().as(2).nodes.anchorTransaction(account, 1n), {
        ...{ transaction, block, blockHash },
        ...{ size: 2n, root: digest(1) },
      });
      assert.equal((await nodes.anchorTransaction(account, 3n))?.transaction, second.transaction);
      assert.equal(await nodes.anchorTransaction(account, 6n), undefined);
      assert.deepEqual(
        (await nodes.anchors(account)).map(anchor => anchor.size),
        [2n, 5n, 5n],
      );
      await refused(nodes.anchor(4n, digest(1)), 'LogShrank');
      await refused(nodes.anchor(5n, digest(3)), 'LogForked');
      await refused(world().as(3).nodes.anchor(1n, digest(1)), 'NotRegistered');
    });
  });

  group('stake', world => {
    it('remembers what was staked at every block', async () => {
      const [chain, account] = [world().as(0), world().account(0)];
      await chain.nodes.register({ peerId: PEER_ID, roles: 4 });
      const first = await chain.nodes.stake(account, 100n);
      const second = await chain.nodes.stake(account, 11n);
      await world().advance(1);
      assert.equal(await chain.nodes.stakeAt(account, first.block - 1), 0n);
      assert.equal(await chain.nodes.stakeAt(account, first.block), 100n);
      assert.equal(await chain.nodes.stakeAt(account, second.block), 111n);
      assert.deepEqual(await chain.nodes.stakesAt(second.block), [{ operator: account, stake: 111n }]);
      assert.deepEqual(await chain.nodes.stakesAt(first.block - 1), []);
      assert.equal((await chain.nodes.get(account))?.stake, 111n);
    });
    it('cannot say what will be staked', async () => {
      const { number } = await world().as(0).block('latest');
      await refused(
        world()
          .as(0)
          .nodes.stakeAt(world().account(0), number + 9),
        'BlockNotOver',
      );
    });
    it('lets the owner alone out, after the delay', async () => {
      const [chain, account] = [world().as(0), world().account(0)];
      await refused(world().as(1).nodes.requestUnstake(account, 1n), 'NotAuthorized');
      await refused(chain.nodes.requestUnstake(account, 112n), 'InsufficientStake');
      await refused(chain.nodes.withdrawStake(account, account), 'NotWithdrawable');
      await chain.nodes.requestUnstake(account, 50n);
      assert.equal((await chain.nodes.get(account))?.stake, 61n);
      assert.equal(await chain.nodes.slashable(account), 111n);
      assert.equal(await chain.nodes.slashable(world().account(3)), 0n);
      await world().advance(3 * CHALLENGE_WINDOW_SECONDS - 60);
      await refused(chain.nodes.withdrawStake(account, account), 'NotWithdrawable');
      await world().advance(61);
      const before = await chain.token.balanceOf(koinOf(chain), world().account(2));
      await chain.nodes.withdrawStake(account, world().account(2));
      assert.equal((await chain.token.balanceOf(koinOf(chain), world().account(2))) - before, 50n);
      assert.equal(await chain.nodes.slashable(account), 61n);
    });
    it('refuses more than there is', async () => {
      await refused(world().as(1).nodes.stake(world().account(0), 1n), 'ERC20InsufficientBalance');
      await refused(world().as(0).nodes.stake(world().account(1), 1n), 'NotRegistered');
    });
  });

  group('escrow', world => {
    let params: ChannelParams;
    const payer = () => world().as(0);
    const payee = () => world().as(1);
    const koin = () => koinOf(payer());

    it('keeps what was put in and gives it back', async () => {
      const { escrow, token } = payer();
      await escrow.deposit(koin(), 1_000n);
      await escrow.withdraw(koin(), 100n);
      assert.equal(await escrow.balance(koin(), world().account(0)), 900n);
      assert.equal(await token.balanceOf(koin(), payer().deployment.escrow as Hex), 900n);
      const facts = await refused(escrow.withdraw(koin(), 901n), 'InsufficientBalance');
      assert.deepEqual([facts['asked'], facts['available']], ['901', '900']);
      await refused(payee().escrow.deposit(koin(), 1n), 'ERC20InsufficientBalance');
      await refused(escrow.deposit(koin(), 0n), 'ZeroAmount');
    });
    it('opens a channel from the balance', async () => {
      const { escrow } = payer();
      const opened = await escrow.openChannel({
        payee: world().account(1),
        token: koin(),
        number: 1n,
        amount: 300n,
      });
      ({ params } = opened);
      assert.equal(opened.channel, escrow.channelId(params));
      assert.deepEqual(await payee().escrow.channel(params), {
        deposited: 300n,
        claimed: 0n,
        closesAt: undefined,
      });
      assert.equal(await escrow.balance(koin(), world().account(0)), 600n);
      const again = { payee: world().account(1), token: koin(), number: 1n, amount: 1n };
      await refused(escrow.openChannel(again), 'ChannelOpen');
      await refused(escrow.openChannel({ ...again, number: 2n, amount: 601n }), 'InsufficientBalance');
      const found = [{ channel: opened.channel, params }];
      assert.deepEqual(await payee().escrow.channels({ payee: world().account(1) }), found);
      assert.deepEqual(await payee().escrow.channels({ payer: world().account(1) }), []);
    });
    it('pays the difference each voucher brings, once', async () => {
      const { escrow } = payee();
      const first = await voucher(world(), params, 100n, 0);
      assert.equal((await escrow.claim(params, first)).claimed, 100n);
      await refused(escrow.claim(params, first), 'VoucherSpent');
      await refused(escrow.claim(params, await voucher(world(), params, 301n, 0)), 'VoucherExceedsDeposit');
      await refused(escrow.claim(params, await voucher(world(), params, 150n, 1)), 'BadVoucherSignature');
      const altered = { ...first, message: { ...first.message, cumulativeAmount: 200n } };
      await refused(escrow.claim(params, altered), 'BadVoucherSignature');
      // Both, since a window may begin between the claim and the question.
      const { older, newer } = await escrow.maturing(koin(), world().account(1));
      assert.equal(older + newer, 100n);
      assert.equal(await escrow.balance(koin(), world().account(1)), 0n);
      await refused(escrow.withdraw(koin(), 1n), 'InsufficientBalance');
    });
    it('claims many at once and passes over those that bring nothing', async () => {
      const opened = await payer().escrow.openChannel({
        ...{ payee: world().account(1), token: koin(), number: 7n, amount: 50n },
        signer: world().account(3),
      });
      await payer().escrow.topUp(opened.params, 10n);
      const claims = [
        { params, voucher: await voucher(world(), params, 100n, 0) },
        { params, voucher: await voucher(world(), params, 120n, 0) },
        { params, voucher: await voucher(world(), params, 999n, 0) },
        { params: opened.params, voucher: await voucher(world(), opened.params, 60n, 3) },
      ];
      assert.equal((await payee().escrow.claimMany(claims)).claimed, 80n);
      assert.equal((await payee().escrow.channel(opened.params)).claimed, 60n);
      const forged = [{ params, voucher: await voucher(world(), params, 130n, 2) }];
      await refused(payee().escrow.claimMany(forged), 'BadVoucherSignature');
    });
    it('lets claims mature', async () => {
      const { escrow, token } = payee();
      await world().advance(2 * CHALLENGE_WINDOW_SECONDS);
      assert.equal(await escrow.balance(koin(), world().account(1)), 180n);
      const { older, newer } = await escrow.maturing(koin(), world().account(1));
      assert.deepEqual([older, newer], [0n, 0n]);
      await escrow.withdraw(koin(), 180n);
      assert.equal(await token.balanceOf(koin(), world().account(1)), 180n);
    });
    it('asks for stake behind claims where the payer did', async () => {
      await payee().nodes.register({ peerId: PEER_ID, roles: 2 });
      const coverage = 10n ** 18n / 3n;
      const channel = { payee: world().account(1), token: koin(), number: 3n, amount: 40n, coverage };
      const opened = await payer().escrow.openChannel(channel);
      const claim = async (amount: bigint) =>
        payee().escrow.claim(opened.params, await voucher(world(), opened.params, amount, 0));
      await refused(claim(30n), 'StakeTooSmall');
      await payer().nodes.stake(world().account(1), 10n);
      await claim(30n);
      assert.equal(await payee().escrow.exposure(world().account(1)), 10n);
      const facts = await refused(claim(31n), 'StakeTooSmall');
      assert.deepEqual([facts['exposure'], facts['freeStake']], ['11', '10']);
      await world().advance(2 * CHALLENGE_WINDOW_SECONDS);
      await claim(31n);
    });
    it('closes after the delay, and what was closed cannot be claimed again', async () => {
      const late = await voucher(world(), params, 200n, 0);
      await refused(payee().escrow.requestClose(params), 'NotAuthorized');
      await refused(payer().escrow.close(params), 'ChannelNotDue');
      const { block } = await payer().escrow.requestClose(params);
      const { timestampSeconds } = await payer().block(block);
      const { closesAt } = await payer().escrow.channel(params);
      assert.equal(closesAt, timestampSeconds + 2 * CHALLENGE_WINDOW_SECONDS);
      await refused(payer().escrow.requestClose(params), 'ChannelClosing');
      await refused(payer().escrow.topUp(params, 1n), 'ChannelClosing');
      await refused(payer().escrow.close(params), 'ChannelNotDue');
      const before = await payer().escrow.balance(koin(), world().account(0));
      await world().advance(2 * CHALLENGE_WINDOW_SECONDS);
      await payer().escrow.close(params);
      assert.equal((await payer().escrow.balance(koin(), world().account(0))) - before, 180n);
      await refused(payee().escrow.claim(params, late), 'VoucherSpent');
      await payer().escrow.openChannel({
        payee: world().account(1),
        token: koin(),
        number: 1n,
        amount: 100n,
      });
      await refused(payee().escrow.claim(params, late), 'VoucherSpent');
      assert.equal((await payee().escrow.claim(params, await voucher(world(), params, 301n, 0))).claimed, 1n);
      await payee().escrow.close(params);
      await refused(payee().escrow.topUp({ ...params, number: 9n }, 1n), 'ChannelUnknown');
    });
  });

  group('datasets', world => {
    const OWNER = 0;
    const CUSTODIAN = 1;
    const owner = () => world().as(OWNER).datasets;
    const custodian = () => world().as(CUSTODIAN).datasets;
    const published = () => ({
      metadataDigest: digest(5),
      contentRoot: digest(6),
      policyDigest: digest(4),
      custodian: world().account(CUSTODIAN),
      capMicroRho: 150n,
    });
    const digestOf = (signed: Awaited<ReturnType<typeof grant>>) =>
      statementDigest('Grant', signed.message, world().as(0).deployment);

    it('publishes and lists', async () => {
      const { id } = await owner().publish(published());
      assert.equal(id, 1n);
      const record = {
        ...published(),
        ...{ id, owner: world().account(OWNER), epoch: 1n, spentMicroRho: 0n, reservedMicroRho: 0n },
      };
      assert.deepEqual(await custodian().get(1n), record);
      assert.deepEqual(await custodian().list(), [record]);
      assert.equal(await custodian().get(2n), undefined);
      await owner().setMetadata(1n, digest(8));
      assert.equal((await owner().get(1n))?.metadataDigest, digest(8));
      await refused(custodian().setMetadata(1n, digest(8)), 'NotAuthorized');
    });
    it('reserves, spends and releases budget under a grant, by the custodian', async () => {
      const given = await grant(world(), OWNER, {});
      await refused(owner().reserve(given, digest(20), 1n), 'NotAuthorized');
      await refused(custodian().reserve(given, digest(20), 101n), 'GrantTooSmall');
      await custodian().reserve(given, digest(20), 100n);
      await refused(custodian().reserve(given, digest(20), 1n), 'WrongReservation');
      const facts = await refused(custodian().reserve(given, digest(21), 51n), 'BudgetExceeded');
      assert.equal(facts['available'], '50');
      assert.deepEqual(await owner().reservation(1n, digest(20)), { status: 'reserved', microRho: 100n });
      await refused(custodian().spend(1n, digest(20), 101n), 'ReservationTooSmall');
      await custodian().spend(1n, digest(20), 60n);
      assert.deepEqual(await owner().reservation(1n, digest(20)), { status: 'spent', microRho: 60n });
      await custodian().reserve(given, digest(21), 90n);
      await refused(custodian().reserve(given, digest(22), 0n), 'GrantUsedUp');
      await refused(custodian().release(1n, digest(77), digest(21)), 'WrongGrant');
      await custodian().release(1n, digestOf(given), digest(21));
      const record = (await owner().get(1n))!;
      assert.deepEqual([record.spentMicroRho, record.reservedMicroRho], [60n, 0n]);
      assert.equal((await owner().grantState(1n, digestOf(given))).usesTaken, 1);
      await refused(custodian().spend(1n, digest(21), 0n), 'WrongReservation');
      await refused(custodian().reserve(given, digest(21), 0n), 'WrongReservation');
    });
    it('takes no grant that is forged, late, early, or under another policy', async () => {
      const reserve = async (by: number, changes: Parameters<typeof grant>[2]) =>
        custodian().reserve(await grant(world(), by, changes), digest(30), 0n);
      await refused(reserve(2, {}), 'BadGrantSignature');
      await refused(reserve(OWNER, { policy: digest(1) }), 'GrantOfOldPolicy');
      await refused(reserve(OWNER, { epoch: 2n }), 'GrantOfOldEpoch');
      await refused(reserve(OWNER, { expiresAt: 1n }), 'GrantNotInTime');
      await refused(reserve(OWNER, { validFrom: 2n ** 40n }), 'GrantNotInTime');
      const good = await grant(world(), OWNER, { nonce: digest(31) });
      for (const change of [{ microRho: 150n }, { bits: 570n }, { terms: digest(32) }]) {
        const altered = { ...good, message: { ...good.message, ...change } };
        await refused(custodian().reserve(altered, digest(30), 0n), 'BadGrantSignature');
      }
    });
    it('ends grants one by one, all at once, with a new policy and with a sale', async () => {
      const given = await grant(world(), OWNER, { nonce: digest(40) });
      const state = await owner().grantState(1n, digestOf(given));
      assert.deepEqual(state, {
        ...{ epoch: 1n, owner: world().account(OWNER), policyDigest: digest(4) },
        ...{ revoked: false, usesTaken: 0 },
      });
      await owner().revokeGrant(1n, digestOf(given));
      assert.equal((await owner().grantState(1n, digestOf(given))).revoked, true);
      await refused(custodian().reserve(given, digest(41), 0n), 'GrantIsRevoked');
      const other = await grant(world(), OWNER, { nonce: digest(42) });
      await owner().setPolicy(1n, digest(14));
      await refused(custodian().reserve(other, digest(41), 0n), 'GrantOfOldPolicy');
      await owner().setPolicy(1n, digest(4));
      await owner().revokeAll(1n);
      await refused(custodian().reserve(other, digest(41), 0n), 'GrantOfOldEpoch');
      const third = await grant(world(), OWNER, { nonce: digest(43), epoch: 2n });
      await owner().transfer(1n, world().account(3));
      await refused(custodian().reserve(third, digest(41), 0n), 'GrantOfOldEpoch');
      await refused(owner().transfer(1n, world().account(0)), 'ERC721InsufficientApproval');
      const { owner: bought, epoch } = (await owner().get(1n))!;
      assert.deepEqual([bought, epoch], [world().account(3), 3n]);
      await world().as(3).datasets.setCustodian(1n, world().account(2));
      await refused(custodian().spend(1n, digest(20), 0n), 'NotAuthorized');
    });
  });

  group('models', world => {
    it('registers a model once, after its parents', async () => {
      const { models } = world().as(2);
      const mined = await models.register({ model: digest(1), passport: digest(2), parents: [] });
      await refused(
        models.register({ model: digest(1), passport: digest(3), parents: [] }),
        'AlreadyRegistered',
      );
      await refused(
        models.register({ model: digest(4), passport: digest(3), parents: [digest(9)] }),
        'ParentUnknown',
      );
      await refused(models.register({ model: ZERO_32, passport: digest(3), parents: [] }), 'ZeroDigest');
      await world()
        .as(3)
        .models.register({ model: digest(4), passport: digest(3), parents: [digest(1)] });
      const first = (await models.get(digest(1)))!;
      assert.deepEqual(first, {
        ...{ model: digest(1), passport: digest(2), parents: [], publisher: world().account(2) },
        registeredAt: (await world().as(0).block(mined.block)).timestampSeconds,
        ...{ block: mined.block, transaction: mined.transaction },
      });
      assert.deepEqual(
        (await models.list()).map(({ model, parents }) => [model, parents]),
        [
          [digest(1), []],
          [digest(4), [digest(1)]],
        ],
      );
      assert.equal(await models.get(digest(9)), undefined);
    });
    it('lets the publisher alone amend the passport', async () => {
      await refused(
        world()
          .as(3)
          .models.amend({ model: digest(1), passport: digest(8) }),
        'NotPublisher',
      );
      await refused(
        world()
          .as(2)
          .models.amend({ model: digest(9), passport: digest(8) }),
        'NotPublisher',
      );
      await world()
        .as(2)
        .models.amend({ model: digest(1), passport: digest(8) });
      assert.equal((await world().as(0).models.get(digest(1)))?.passport, digest(8));
    });
  });

  group('writes', world => {
    it('do once what carries the same key', async () => {
      const { token } = world().as(0);
      const koin = koinOf(world().as(0));
      const to = world().account(3);
      const options = { key: 'gift' };
      const [first, second] = await Promise.all([
        token.transfer(koin, to, 5n, options),
        token.transfer(koin, to, 5n, options),
      ]);
      const third = await token.transfer(koin, to, 5n, options);
      assert.equal(first.transaction, second.transaction);
      assert.equal(first.transaction, third.transaction);
      assert.equal(await token.balanceOf(koin, to), 5n);
      await token.transfer(koin, to, 5n, { key: 'another gift' });
      assert.equal(await token.balanceOf(koin, to), 10n);
    });
    it('may be tried again under the same key after a refusal', async () => {
      const { nodes } = world().as(2);
      const options = { key: 'anchor:1' };
      await refused(nodes.anchor(1n, digest(1), options), 'NotRegistered');
      await nodes.register({ peerId: PEER_ID, roles: 1 });
      await nodes.anchor(1n, digest(1), options);
      assert.equal((await nodes.head(world().account(2))).size, 1n);
    });
    it('may be many at once', async () => {
      const { token } = world().as(0);
      const koin = koinOf(world().as(0));
      const before = await token.balanceOf(koin, world().account(1));
      await Promise.all(
        Array.from({ length: 12 }, (_, i) => token.transfer(koin, world().account(1), BigInt(i))),
      );
      assert.equal((await token.balanceOf(koin, world().account(1))) - before, 66n);
    });
  });
}
