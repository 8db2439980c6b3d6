import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SeededNetwork } from '@koinon/node/testing';
import { AUDIT_AMOUNT, payees, payOf, promisedJob, publicStudy, withPay } from '@koinon/node/testing';
import type { Hex } from '@koinon/protocol';

const always = { ticketOdds: 1n };
const hardlyEver = { ticketOdds: 2n ** 200n };
const tokenOf = (network: SeededNetwork) => network.reader.deployment.token as Hex;
const purseOf = (network: SeededNetwork, name: string) =>
  network.reader.token.balanceOf(tokenOf(network), network.member(name).operator);
const fundOf = (network: SeededNetwork) =>
  network.reader.audits.fundOf(network.member('researcher').operator, tokenOf(network));
const notesOf = (network: SeededNetwork, names: readonly string[], event: string) =>
  names.flatMap(name => network.member(name).notes.filter(note => note.event === event));

test('a report about a winning order is paid once, also by an auditor killed while it was paid', async () => {
  await withPay(131, always, async network => {
    const death = Promise.withResolvers<string>();
    for (const name of payees) {
      await network.crash(name);
      await network.start(name, {
        checkpoint: step => {
          if (step !== 'audit-paid') return;
          death.resolve(name);
          throw new Error('killed');
        },
      });
    }
    const before = new Map<string, bigint>();
    for (const name of payees) before.set(name, await purseOf(network, name));
    const studies = network.member('researcher').node.port('studies');
    const study = await studies.settled(studies.begin(await publicStudy(network)));
    assert.equal(study.state, 'done', study.failure?.message);
    const name = await death.promise;
    assert.deepEqual(payOf(network, 'paid'), []);
    await network.crash(name);
    await network.start(name);
    const [paid] = await network.until(() => payOf(network, 'paid'));
    assert.deepEqual([paid?.name, paid?.entry.amount], [name, AUDIT_AMOUNT]);
    assert.equal((await purseOf(network, name)) - before.get(name)!, AUDIT_AMOUNT);
    assert.equal(await fundOf(network), 3n * AUDIT_AMOUNT);

    await network.crash(name);
    await network.start(name);
    assert.deepEqual(network.member(name).node.port('audit').pay.open(), []);
  });
});

test('orders promise pay and expire in time for it; the fund is filled once for several', async () => {
  await withPay(132, always, async network => {
    const { node } = network.member('researcher');
    const begun = [
      node.port('studies').begin(await publicStudy(network)),
      node.port('studies').begin(await publicStudy(network)),
    ];
    for (const id of begun) assert.equal((await node.port('studies').settled(id)).state, 'done');
    assert.equal(notesOf(network, ['researcher'], 'audit-fund-filled').length, 1);
    const { reportSeconds } = await network.reader.audits.terms();
    const now = Math.floor(node.ports.clock.nowMs() / 1000);
    const jobs = network.member('alder').node.port('work').jobs.list();
    assert.equal(jobs.length, 2);
    for (const { order } of jobs) {
      assert.equal(order.message.auditAmount, AUDIT_AMOUNT);
      assert.ok(Number(order.message.expiresAt) <= now + 3 * reportSeconds);
    }
    await network.until(async () => ((await fundOf(network)) === 2n * AUDIT_AMOUNT ? [true] : []));
  });
});

test('a report about an order that did not win costs no transaction', async () => {
  await withPay(133, hardlyEver, async network => {
    const { audits, block } = network.member('researcher').node.ports.chain;
    await audits.fund(tokenOf(network), 10n ** 18n);
    const { order } = await promisedJob(network);
    await network.until(() => payOf(network, 'waiting'));
    for (const name of payees) await network.crash(name);
    const { drawing, heldFrom } = await audits.drawingOf(order.expiresAt);
    await network.until(async () => ((await block('latest')).timestampSeconds >= heldFrom ? [true] : []));
    await audits.hold(drawing);
    for (const name of payees) await network.start(name);
    // The other one may be drawn as well, and may have had no proof yet when it was killed.
    await network.until(() => {
      const isOpen = payees.some(name => network.member(name).node.port('audit').pay.open().length);
      return isOpen ? [] : payOf(network, 'lost');
    });
    assert.deepEqual(notesOf(network, payees, 'drawing-held'), []);
    assert.equal(await fundOf(network), 10n ** 18n);
  });
});

test('an order without a fund is audited all the same, its drawing held by nobody, and paid once there is one', async () => {
  await withPay(134, always, async network => {
    const { audits, block } = network.member('researcher').node.ports.chain;
    const { order, digest } = await promisedJob(network);
    await network.until(() => payOf(network, 'waiting'));
    const worth = await network.until(() => notesOf(network, payees, 'audit-worth'));
    assert.ok(worth.every(({ facts }) => facts['is'] === 'unfunded'));
    const { drawing, heldFrom } = await audits.drawingOf(order.expiresAt);
    await network.until(async () =>
      (await block('latest')).timestampSeconds >= heldFrom + 30 ? [true] : [],
    );
    assert.equal(await audits.roundOf(drawing), undefined);
    await audits.fund(tokenOf(network), AUDIT_AMOUNT);
    await network.until(() => payOf(network, 'paid'));
    assert.equal(await audits.paid(digest), true);
    assert.equal(await fundOf(network), 0n);
  });
});
