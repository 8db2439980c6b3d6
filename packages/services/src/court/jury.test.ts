import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ChannelParams } from '@koinon/chain';
import { ask, sealStatement } from '@koinon/kernel';
import type { SeededNetwork } from '@koinon/node/testing';
import {
  alterAnswers,
  convicted,
  corrupt,
  decided,
  FULL_STAKE,
  jurors,
  purseOf,
  restart,
  stakeOf,
  tamperOutput,
  withCourt,
  workedJob,
} from '@koinon/node/testing';
import {
  auditVerdicts,
  type Hex,
  KoinonError,
  signStatement,
  statementDigest,
  ZERO_32,
} from '@koinon/protocol';

/** Has a member take a receipt for false, as after an audit that differed. */
async function suspect(network: SeededNetwork, name: string, receipt: Hex): Promise<void> {
  const court = network.member(name).node.port('court');
  const dossier = network.member('alder').node.kernel.evidence.dossierOf(receipt)!;
  network.member(name).node.kernel.evidence.dossiers.keep(receipt, dossier);
  const { provider } = dossier.receipt.message;
  court.reported({
    receipt,
    provider,
    dossier,
    verdict: auditVerdicts.differs,
    differences: [],
    trace: undefined,
  });
}

test('one altered byte goes to the court by itself and costs the stake; honest jurors lose nothing', async () => {
  await withCourt(101, async network => {
    await corrupt(network);
    const receipt = await workedJob(network);
    const [dispute] = await decided(network);
    assert.equal(dispute?.outcome, 'convicted');
    assert.equal(dispute?.receipt, receipt);
    assert.equal(dispute?.step, 2n);
    await network.until(async () => ((await stakeOf(network, 'alder')) === 0n ? [true] : []));
    for (const name of jurors) assert.equal(await stakeOf(network, name), FULL_STAKE, name);
    const accuser = jurors.find(name => network.member(name).operator === dispute?.accuser)!;
    await network.until(async () => ((await purseOf(network, accuser)) >= 10n ** 22n ? [true] : []));
  });
});

test('whoever accuses an honest node loses its bond, and the accused loses nothing', async () => {
  await withCourt(102, async network => {
    // A machine that errs the same way every time is no better than a liar.
    await restart(network, 'birch', { alter: tamperOutput });
    const receipt = await workedJob(network, { auditRatePpm: 1 });
    const [before, purse] = [await purseOf(network, 'birch'), await purseOf(network, 'alder')];
    await suspect(network, 'birch', receipt);
    const [dispute] = await decided(network);
    assert.equal(dispute?.accuser, network.member('birch').operator);
    assert.equal(dispute?.outcome, 'acquitted');
    assert.equal(await stakeOf(network, 'alder'), FULL_STAKE);
    const { accuseBond } = await network.reader.court.terms();
    assert.ok((await purseOf(network, 'birch')) <= before - accuseBond);
    await network.until(async () => ((await purseOf(network, 'alder')) > purse ? [true] : []));
    assert.deepEqual(await network.reader.court.convictions(), []);
  });
});

test('a machine that comes to something else every time accuses nobody', async () => {
  let runs = 0;
  await withCourt(103, async network => {
    await restart(network, 'birch', {
      alter: result => ({ ...result, fuel: result.fuel + BigInt(++runs) }),
    });
    const receipt = await workedJob(network, { auditRatePpm: 1 });
    await suspect(network, 'birch', receipt);
    await network.until(() => network.member('birch').node.port('court').cases.list('dropped'));
    assert.deepEqual(await network.reader.court.disputes(), []);
  });
});

test('a provider that hides its trace is asked for it on chain, and convicted by its silence', async () => {
  await withCourt(104, async network => {
    const refuse = async (): Promise<never> => {
      throw new KoinonError({ code: 'K_JOB_UNKNOWN', message: 'No.', fault: 'peer' });
    };
    await corrupt(network, { overNetwork: alterAnswers({ 'trace.get': refuse }) });
    const receipt = await workedJob(network);
    const { operator } = network.member('alder');
    await network.until(() => network.reader.court.demands());
    await network.crash('alder');
    const [conviction] = await convicted(network);
    assert.equal(conviction?.accused, operator);
    assert.equal(conviction?.statement, receipt);
    assert.equal(conviction?.ground, 'unavailability');
    assert.equal((await network.reader.nodes.get(operator))?.stake, 0n);
  });
});

test('a provider that shows its trace to the court alone is accused of a step found there', async () => {
  await withCourt(106, async network => {
    const refuse = async (): Promise<never> => {
      throw new KoinonError({ code: 'K_JOB_UNKNOWN', message: 'No.', fault: 'peer' });
    };
    await corrupt(network, { overNetwork: alterAnswers({ 'trace.get': refuse }) });
    await workedJob(network, { steps: 5 });
    const [dispute] = await decided(network);
    assert.equal(dispute?.outcome, 'convicted');
    assert.equal(dispute?.step, 4n);
    const demands = await network.reader.court.demands();
    assert.ok(demands.length > 1);
    assert.ok(demands.every(({ outcome }) => outcome === 'acquitted'));
  });
});

test('what was paid for a result that a jury refutes later comes back', async () => {
  await withCourt(107, async network => {
    await corrupt(network);
    const receipt = await workedJob(network, { auditRatePpm: 1 });
    const { node } = network.member('researcher');
    const ports = node.ports;
    const channels = node.kernel.channels;
    const dossier = network.member('alder').node.kernel.evidence.dossierOf(receipt)!;
    const [{ channel, params }] = (await ports.chain.escrow.channels({ payer: ports.signer.address })) as [
      { channel: Hex; params: ChannelParams },
    ];
    const { amount, provider, order } = dossier.receipt.message;
    node.kernel.evidence.see(receipt, dossier);
    channels.open(channel, params);
    const message = channels.next(channel, receipt, amount);
    const voucher = await signStatement('Voucher', message, ports.deployment, ports.signer);
    channels.record({ receipt, order, amount, voucher });
    await ask(ports.network, provider, 'voucher.submit', { voucher, order });
    assert.equal(await network.member('alder').node.kernel.claiming.claimNow(), amount);
    const purse = await purseOf(network, 'researcher');
    await suspect(network, 'birch', receipt);
    await convicted(network);
    await network.until(async () =>
      (await purseOf(network, 'researcher')) === purse + amount ? [true] : [],
    );
  });
});

test('an auditor that agreed with what a jury refuted loses its stake', async () => {
  await withCourt(105, async network => {
    await corrupt(network);
    // One that never looks: it is no juror here, and its report is in its log for all to see.
    await restart(network, 'elm', { alter: tamperOutput });
    const receipt = await workedJob(network);
    const { execution } = network.member('alder').node.kernel.evidence.dossierOf(receipt)!.receipt.message;
    const elm = network.member('elm');
    const ports = elm.node.ports;
    const { signed } = await sealStatement(ports, {
      key: `audit:${receipt}`,
      type: 'AuditReport',
      leafSalt: ZERO_32,
      message: logIndex => ({
        ...{ receipt, auditor: elm.operator, execution, verdict: auditVerdicts.agrees, draw: ZERO_32 },
        ...{ logIndex, anchorBy: BigInt(Math.floor(ports.clock.nowMs() / 1000) + 1200) },
      }),
    });
    // Whoever paid on its word has it.
    for (const name of ['birch', 'cedar', 'dogwood']) {
      network.member(name).node.kernel.evidence.openings.keepReport(signed);
    }
    await suspect(network, 'birch', receipt);
    const lie = statementDigest('AuditReport', signed.message, network.reader.deployment);
    await network.until(async () => ((await network.reader.court.groundOf(lie)) ? [true] : []));
    await network.until(async () => ((await stakeOf(network, 'elm')) === 0n ? [true] : []));
    for (const name of ['birch', 'cedar', 'dogwood']) assert.equal(await stakeOf(network, name), FULL_STAKE);
  });
});
