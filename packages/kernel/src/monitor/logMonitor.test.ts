import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Chain } from '@koinon/chain';
import type { Network } from '@koinon/network';
import {
  alterAnswers,
  type Member,
  type Part,
  publicStudy,
  type SeededNetwork,
  withNetwork,
} from '@koinon/node/testing';
import {
  ANCHOR_EPOCH_SECONDS,
  CLOCK_SKEW_SECONDS,
  type Hex,
  keySigner,
  type LogHead,
  type Receipt,
  type StatementSigner,
  sha256,
  signStatement,
  statementDigest,
  toHex,
  utf8,
  ZERO_32,
} from '@koinon/protocol';
import { sqliteInMemory } from '@koinon/store/disk';
import { worldDisk } from '@koinon/world';
import { Agenda } from '../durable/agenda.ts';
import { nowSeconds } from '../ports/clock.ts';
import { sealStatement } from '../statements/sealStatement.ts';
import type { Doubt, Fault } from './fault.ts';
import { FaultBook } from './faultBook.ts';
import { startMonitor } from './logMonitor.ts';
import { WatchBook } from './watchBook.ts';

/** A provider that is watched, an auditor who watches everybody, and a client who watches whom it deals with. */
const parts: readonly Part[] = [
  { name: 'alder', roles: ['provide'], stake: 10n ** 21n },
  { name: 'watcher', roles: ['audit'], stake: 10n ** 21n, accuses: false },
  { name: 'client', roles: ['gateway'], stake: 0n },
];
const one: Hex = `0x${'01'.repeat(32)}`;
const keyOf = (seed: number, name: string) => toHex(sha256(utf8.encode(`${seed}/key/${name}`)));

const play = (seed: number, body: (network: SeededNetwork) => Promise<void>) =>
  withNetwork(seed, body, parts);

const receiptOf = (member: Member, number: number, logIndex: bigint): Receipt => ({
  manifest: one,
  order: toHex(sha256(utf8.encode(String(number)))),
  provider: member.operator,
  execution: one,
  output: one,
  verdict: ZERO_32,
  token: member.operator,
  amount: 1n,
  logIndex,
  anchorBy: nowSeconds(member.node.ports.clock) + BigInt(2 * ANCHOR_EPOCH_SECONDS),
});

const seal = (member: Member, number: number) =>
  sealStatement(member.node.ports, {
    key: `receipt:${number}`,
    type: 'Receipt',
    leafSalt: ZERO_32,
    message: logIndex => receiptOf(member, number, logIndex),
  });

/** An honest receipt: sealed in its signer's log, which is then anchored. */
async function work(member: Member, number: number) {
  const { signed } = await seal(member, number);
  await member.node.kernel.anchoring.flush();
  return { type: 'Receipt', signed, leafSalt: ZERO_32 } as const;
}

/** A receipt signed and never sealed. */
async function falseReceipt(seed: number, member: Member, logIndex: bigint) {
  const { deployment } = member.node.ports;
  const message = receiptOf(member, 1_000_000, logIndex);
  const signed = await signStatement('Receipt', message, deployment, keySigner(keyOf(seed, member.name)));
  return { type: 'Receipt', signed, leafSalt: ZERO_32 } as const;
}

const verifiedSize = ({ node, store }: Member, of: Hex) =>
  new WatchBook(store.database, node.ports.deployment).followed(of)?.verified?.size ?? 0n;
const openStatements = ({ node, store }: Member, of: Hex) =>
  new WatchBook(store.database, node.ports.deployment).open(of).length;
const findings = (member: Member) =>
  member.node.kernel.monitor.faults.list('open').map(({ finding }) => finding);

/** Overrides the heads a node signs. */
function signingHeads(
  network: SeededNetwork,
  signer: StatementSigner,
  change: (head: LogHead) => Partial<LogHead>,
): (network: Network) => Network {
  return alterAnswers({
    'log.head': async answer => {
      const { message } = (await answer()).head;
      const changed = { ...message, ...change(message) };
      return { head: await signStatement('LogHead', changed, network.reader.deployment, signer) };
    },
  });
}

test('honest nodes that work, restart and are away for a while are never found at fault', async () => {
  await withNetwork(61, async network => {
    const studies = network.member('researcher').node.port('studies');
    const study = await studies.settled(studies.begin(await publicStudy(network)));
    assert.equal(study.state, 'done', study.failure?.message);
    for (const name of ['alder', 'birch']) {
      await network.crash(name);
      const { node } = network.member('researcher');
      await node.ports.chain.waitForBlock((await node.ports.chain.block('latest')).number + 5);
      await network.start(name);
    }
    await network.crash('hospital-audit');
    const watching = await network.start('hospital-audit');
    const second = await studies.settled(studies.begin(await publicStudy(network)));
    assert.equal(second.state, 'done', second.failure?.message);
    const researcher = network.member('researcher');
    const providers = ['alder', 'birch'].map(name => network.member(name));
    for (const provider of providers) {
      await network.until(() => (openStatements(researcher, provider.operator) === 0 ? [true] : []));
      const size = BigInt(provider.store.log.size);
      await provider.node.kernel.anchoring.flush();
      await network.until(() => (verifiedSize(watching, provider.operator) >= size ? [true] : []));
    }
    for (const name of ['hospital', 'hospital-audit', 'alder', 'birch', 'researcher']) {
      await network.member(name).node.kernel.monitor.settled();
      assert.deepEqual(findings(network.member(name)), [], name);
    }
    const known = new WatchBook(researcher.store.database, researcher.node.ports.deployment).nodes();
    assert.ok(providers.some(({ operator }) => known.includes(operator)));
  });
});

test('a node that signs a head its anchor contradicts is found by who watches, and evidence outlives a restart', async () => {
  await play(62, async network => {
    await network.crash('alder');
    const signer = keySigner(keyOf(62, 'alder'));
    const overNetwork = signingHeads(network, signer, () => ({ root: one }));
    const alder = await network.start('alder', { overNetwork });
    const heard: Fault[] = [];
    network.member('watcher').node.kernel.monitor.faults.onFault(fault => heard.push(fault));
    await work(alder, 1);
    await network.until(() => (heard.length > 0 ? [true] : []));
    const [fault] = heard;
    assert.ok(fault?.kind === 'head');
    assert.equal(fault.node, alder.operator);
    assert.equal(fault.anchor.size, fault.head.message.size);
    assert.notEqual(fault.anchor.root, fault.head.message.root);
    const { message, signature } = fault.head;
    const again = await signStatement('LogHead', message, network.reader.deployment, signer);
    assert.equal(again.signature, signature, 'the evidence is what the node signed');

    await network.crash('watcher');
    const watcher = await network.start('watcher');
    const told: Fault[] = [];
    const { faults } = watcher.node.kernel.monitor;
    faults.onFault(found => told.push(found));
    assert.deepEqual(told[0], fault);
    await watcher.node.kernel.monitor.settled();
    for (const { id } of faults.list('open')) faults.settle(id, 'accused');
    const later: Fault[] = [];
    faults.onFault(found => later.push(found));
    assert.deepEqual(later, []);
    assert.deepEqual(faults.list('settled')[0]?.finding, fault);
  });
});

test('a node that anchors a log rewritten below a head it signed is doubted, with the head for the court', async () => {
  await play(63, async network => {
    const alder = network.member('alder');
    const watcher = network.member('watcher');
    await network.until(() => (verifiedSize(watcher, alder.operator) >= 1n ? [true] : []));
    await network.crash('alder');
    // It signs a head of three entries that it never had, and goes from two entries to four.
    const overNetwork = signingHeads(network, keySigner(keyOf(63, 'alder')), ({ size }) =>
      size === 2n ? { size: 3n, root: one } : {},
    );
    const liar = await network.start('alder', { overNetwork });
    await work(liar, 1);
    const heads = () =>
      new WatchBook(watcher.store.database, network.reader.deployment).followed(alder.operator)?.heads ?? [];
    await network.until(() => (heads().some(({ message }) => message.root === one) ? [true] : []));
    await watcher.node.kernel.monitor.settled();
    assert.deepEqual(findings(watcher), []);
    await Promise.all([2, 3].map(number => seal(liar, number)));
    await liar.node.kernel.anchoring.flush();
    await network.until(() => (findings(watcher).length > 0 ? [true] : []));
    const [doubt] = findings(watcher);
    assert.ok(doubt?.kind === 'inconsistent');
    assert.deepEqual([doubt.reason, doubt.earlier], ['wrong', { size: 3n, root: one }]);
    assert.equal(doubt.head?.message.root, one);
    assert.equal(doubt.later.size, 4n);
  });
});

test('a receipt that is never in the log is an omission once its time is over, and not before', async () => {
  await play(64, async network => {
    const alder = network.member('alder');
    const client = network.member('client');
    const statement = await falseReceipt(64, alder, 50n);
    client.node.kernel.monitor.expect(statement);
    await work(alder, 1);
    assert.deepEqual(findings(client), []);
    await network.until(() => (findings(client).length > 0 ? [true] : []));
    const [fault] = findings(client);
    assert.ok(fault?.kind === 'omission');
    assert.equal(fault.node, alder.operator);
    assert.deepEqual(fault.statement, statement);
    assert.ok(fault.anchoredSize <= 50n);
    const due = statement.signed.message.anchorBy + BigInt(CLOCK_SKEW_SECONDS);
    assert.ok(BigInt(fault.atSeconds) > due);
  });
});

test('an omission that is made good before anybody accuses is withdrawn', async () => {
  await play(65, async network => {
    const client = network.member('client');
    const alder = network.member('alder');
    const { store, node } = alder;
    await node.kernel.anchoring.flush();
    await node.kernel.anchoring.stop();
    const sealed = await seal(alder, 7);
    client.node.kernel.monitor.expect({ type: 'Receipt', signed: sealed.signed, leafSalt: ZERO_32 });
    await network.until(() => (findings(client).some(({ kind }) => kind === 'omission') ? [true] : []));
    await node.ports.chain.nodes.anchor(BigInt(store.log.size), toHex(store.log.root()));
    await network.until(() => (findings(client).length === 0 ? [true] : []));
    assert.equal(client.node.kernel.monitor.faults.list('withdrawn').length, 1);
    assert.equal(openStatements(client, alder.operator), 0);
  });
});

test('of two statements sold under one index the one that is not in the log is misplaced, with the proof of the other', async () => {
  await play(66, async network => {
    const alder = network.member('alder');
    const client = network.member('client');
    const honest = await work(alder, 1);
    client.node.kernel.monitor.expect(honest);
    await network.until(() => (openStatements(client, alder.operator) === 0 ? [true] : []));
    client.node.kernel.monitor.expect(await falseReceipt(66, alder, honest.signed.message.logIndex));
    await network.until(() => (findings(client).length > 0 ? [true] : []));
    const [fault] = findings(client);
    assert.ok(fault?.kind === 'misplaced');
    const { deployment } = network.reader;
    assert.equal(fault.there.digest, statementDigest('Receipt', honest.signed.message, deployment));
    assert.equal(fault.there.type, 'Receipt');
    assert.ok(BigInt(fault.anchor.size) > honest.signed.message.logIndex);
  });
});

test('a receipt whose place holds something unknown is a doubt that a demand settles', async () => {
  await play(67, async network => {
    const alder = network.member('alder');
    const client = network.member('client');
    await work(alder, 1);
    const heard: Doubt[] = [];
    client.node.kernel.monitor.faults.onDoubt(doubt => heard.push(doubt));
    const statement = await falseReceipt(67, alder, 0n);
    client.node.kernel.monitor.expect(statement);
    await network.until(() => (heard.length > 0 ? [true] : []));
    assert.ok(heard[0]?.kind === 'unproven');
    assert.deepEqual([heard[0].reason, heard[0].statement], ['wrong', statement]);
    assert.deepEqual(
      findings(client).map(({ kind }) => kind),
      ['unproven'],
    );
  });
});

test('a node that is away is doubted late and never found at fault; its answer ends the doubt', async () => {
  await play(68, async network => {
    const alder = network.member('alder');
    const client = network.member('client');
    const statement = await work(alder, 1);
    await network.crash('alder');
    client.node.kernel.monitor.expect(statement);
    await network.until(() => (findings(client).length > 0 ? [true] : []));
    assert.deepEqual(
      findings(client).map(finding => [finding.kind, 'reason' in finding && finding.reason]),
      [['unproven', 'silent']],
    );
    await network.start('alder');
    await network.until(() => (findings(client).length === 0 ? [true] : []));
    assert.equal(openStatements(client, alder.operator), 0);
    assert.equal(client.node.kernel.monitor.faults.list().length, 1);
  });
});

test('what another node hands out is watched without a word of whoever asked; what it did not sign is not', async () => {
  await play(69, async network => {
    const { deployment } = network.reader;
    const receipt = await work(network.member('alder'), 1);
    const operator = network.member('alder').operator;
    await network.crash('alder');
    let signer = keySigner(keyOf(69, 'alder'));
    await network.start('alder', {
      overNetwork: alterAnswers({
        'job.status': async () => ({
          order: one,
          state: 'sealed',
          receipt: await signStatement('Receipt', receipt.signed.message, deployment, signer),
          leafSalt: ZERO_32,
        }),
      }),
    });
    const client = network.member('client');
    const ask = () => client.node.ports.network.request(operator, 'job.status', { order: one });
    const watched = () => new WatchBook(client.store.database, deployment).atIndex(operator, 1n).length;
    const real = signer;
    signer = keySigner(keyOf(69, 'somebody else'));
    await ask();
    assert.equal(watched(), 0);
    signer = real;
    await ask();
    assert.equal(watched(), 1);
    await network.until(() => (openStatements(client, operator) === 0 ? [true] : []));
    assert.deepEqual(findings(client), []);
  });
});

test('a finding is kept once, can be taken back and be found again', async () => {
  await play(70, async network => {
    const client = network.member('client');
    const statement = await falseReceipt(70, network.member('alder'), 9n);
    const book = new FaultBook(client.store.database);
    const fault: Fault = {
      kind: 'omission',
      node: network.member('alder').operator,
      statement,
      anchoredSize: 1n,
      atSeconds: 5,
    };
    let told = 0;
    const stop = book.onFault(() => told++);
    assert.equal(book.record(fault, 1), true);
    assert.equal(book.record({ ...fault, atSeconds: 6 }, 2), false);
    const [{ id, finding, foundAtMs } = assert.fail()] = book.list();
    assert.deepEqual([finding, foundAtMs, told], [fault, 1, 1]);
    book.withdraw(id, 'late');
    assert.equal(book.get(id)?.note, 'late');
    assert.equal(book.record({ ...fault, atSeconds: 7 }, 3), true);
    book.settle(id, 'accused');
    assert.equal(book.record(fault, 4), false);
    book.withdraw(id, 'no');
    assert.equal(book.get(id)?.state, 'settled');
    stop();
    assert.equal(told, 2);
  });
});

test('a chain that forgets an anchor for a moment makes nobody guilty', async () => {
  await play(71, async network => {
    const alder = network.member('alder');
    const { node } = network.member('client');
    const statement = await work(alder, 1);
    // Books of its own: the node itself, whose chain forgets nothing, would have found the statement first.
    const store = worldDisk(sqliteInMemory()).open();
    // As after a reorganisation, or at an endpoint that lags: for the first questions the anchor is not there.
    const { chain } = node.ports;
    let asked = 0;
    const forgetful: Chain = {
      ...chain,
      nodes: {
        ...chain.nodes,
        anchors: async of => (asked === 0 ? [] : chain.nodes.anchors(of)),
        head: async of => (asked++ === 0 ? { size: 0n, root: ZERO_32, block: 0 } : chain.nodes.head(of)),
      },
    };
    const agenda = new Agenda({
      database: store.database,
      clock: node.ports.clock,
      watchBlocks: () => () => undefined,
    });
    const monitor = startMonitor({ ...node.ports, store, chain: forgetful }, agenda);
    monitor.expect(statement);
    const due = Number(statement.signed.message.anchorBy) + CLOCK_SKEW_SECONDS;
    await network.until(() => (nowSeconds(node.ports.clock) > BigInt(due + 60) ? [true] : []));
    agenda.takeUp();
    monitor.takeUp();
    await network.until(() => (asked >= 2 ? [true] : []));
    await monitor.settled();
    await monitor.stop();
    assert.deepEqual(new FaultBook(store.database).list(), []);
  });
});
