import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StudyRequest } from '@koinon/api';
import { privateStudy, publicStudy, type SeededNetwork, withNetwork } from '@koinon/node/testing';
import { equalBytes, fromHex } from '@koinon/protocol';
import { crashAtPoint, type FaultPlan } from '@koinon/store';
import type { Study } from './studyBook.ts';

interface Scenario {
  title: string;
  request(network: SeededNetwork): Promise<StudyRequest>;
  /** Who dies, by what it does in the scenario. */
  victim(network: SeededNetwork): string;
}

const byAddress = (network: SeededNetwork) =>
  ['alder', 'birch'].sort((a, b) => (network.member(a).operator < network.member(b).operator ? -1 : 1));

const scenarios: Scenario[] = [
  { title: 'the custodian of private work', request: privateStudy, victim: () => 'hospital' },
  { title: 'the auditor an owner named', request: privateStudy, victim: () => 'hospital-audit' },
  { title: 'the requester of private work', request: privateStudy, victim: () => 'researcher' },
  { title: 'the provider of public work', request: publicStudy, victim: network => byAddress(network)[0]! },
  { title: 'the requester of public work', request: publicStudy, victim: () => 'researcher' },
];

/**
 * Plays a study in which one node dies at the given durable write and starts again; returns how it ended and how many
 * points the node passed.
 */
async function play(scenario: Scenario, point: number): Promise<{ study: Study; points: number }> {
  return withNetwork(11, async network => {
    const request = await scenario.request(network);
    const name = scenario.victim(network);
    const before = network.member(name).store.log.size;
    await network.crash(name);
    const plan = crashAtPoint(point);
    let died: () => void = () => undefined;
    const death = new Promise<void>(resolve => {
      died = resolve;
    });
    const watched = (visit: 'beforeWrite' | 'afterWrite') => (write: string) => {
      try {
        plan[visit](write);
      } catch (error) {
        died();
        throw error;
      }
    };
    const faults: FaultPlan = { beforeWrite: watched('beforeWrite'), afterWrite: watched('afterWrite') };
    const revive = async (): Promise<void> => {
      await network.crash(name).catch(() => undefined);
      await network.start(name);
    };
    try {
      await network.start(name, { faults });
    } catch {
      await network.start(name);
    }
    const revived = death.then(revive);
    const study = await outcome(network, request, revived);
    requireSound(network, name, before);
    return { study, points: plan.passed.length };
  });
}

/** The end of the study, begun again where the requester died before it had written it down. */
async function outcome(
  network: SeededNetwork,
  request: StudyRequest,
  revived: Promise<void>,
): Promise<Study> {
  let id: string | undefined;
  for (;;) {
    const studies = network.member('researcher').node.port('studies');
    try {
      id = studies.list()[0]?.id ?? studies.begin(request);
      const study = await Promise.race([studies.settled(id), revived.then(() => undefined)]);
      if (study && study.state !== 'running') return study;
      if (study === undefined && network.member('researcher').node.port('studies') === studies) {
        return await studies.settled(id);
      }
    } catch {
      // The store of a dead node; the next one has taken its place.
    }
    await revived;
  }
}

/** Nothing is lost, paid twice or said twice. */
function requireSound(network: SeededNetwork, victim: string, entriesBefore: number): void {
  const { node } = network.member('researcher');
  for (const mine of node.kernel.channels.list()) {
    const payee = [...['hospital', 'alder', 'birch']].find(
      name => network.member(name).operator === mine.params.payee,
    )!;
    const theirs = network.member(payee).node.kernel.channels.get(mine.channel);
    // A channel that was opened and never used is known to its payer alone.
    assert.equal(theirs?.cumulativeAmount ?? 0n, mine.cumulativeAmount, 'both sides agree on the total');
    const payments = node.kernel.channels.payments(mine.channel);
    assert.equal(
      payments.reduce((sum, payment) => sum + payment.amount, 0n),
      mine.cumulativeAmount,
    );
  }
  const { log } = network.member(victim).store;
  const keys = Array.from({ length: log.size }, (_, index) => log.at(index)!.key);
  assert.equal(new Set(keys).size, keys.length, 'one statement for each key');
  assert.ok(log.size >= entriesBefore);
}

/**
 * All points take some minutes; a run visits every 25th, others with another KOINON_SEED, and a nightly one all of them. A
 * failure names its point.
 */
const stride = process.env['KOINON_NIGHTLY'] ? 1 : 25;
const first = Number(process.env['KOINON_SEED'] ?? 1) % stride || 0;

for (const scenario of scenarios) {
  // On the real contracts one of these deaths ends the study with a failure: issue 9.
  const todo = scenario.title === 'the requester of public work';
  test(`${scenario.title} may die at any durable write and the study still ends well`, { todo }, async () => {
    const { study, points } = await play(scenario, Number.POSITIVE_INFINITY);
    assert.equal(study.state, 'done', study.failure?.message);
    assert.ok(points > 10, `only ${points} writes were seen`);
    for (let point = first; point < points; point += stride) {
      const ended = await play(scenario, point);
      assert.equal(ended.study.state, 'done', `point ${point}: ${JSON.stringify(ended.study.failure)}`);
    }
  });
}

test('what a node anchored is what its log still says after it died', async () => {
  await withNetwork(12, async network => {
    const request = await publicStudy(network);
    const studies = network.member('researcher').node.port('studies');
    assert.equal((await studies.settled(studies.begin(request))).state, 'done');
    for (const name of ['alder', 'birch']) {
      await network.crash(name);
      const { store, operator } = await network.start(name);
      const head = await network.reader.nodes.head(operator);
      const root = store.log.root(Number(head.size));
      if (head.size > 0n) assert.ok(equalBytes(root, fromHex(head.root)));
    }
  });
});
