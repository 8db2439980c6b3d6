import assert from 'node:assert/strict';
import { test } from 'node:test';
import { courtRoutes } from '@koinon/api';
import { clientOf, runMainJob } from '@koinon/cli/testing';
import { smallJob } from './support/cohort.ts';
import { type StartedNetwork, startNetwork } from './support/startNetwork.ts';
import { temporaryHome } from './support/temporaryHome.ts';
import { until } from './support/until.ts';

/** Rounds of sealing, opening and appeal take three fourteenths of it: 24 seconds. */
const CHALLENGE_WINDOW_SECONDS = 112;
const SETTLING_MS = 240_000;

/** Of two equal offers the one with the lower address gets the work. */
function worker(network: StartedNetwork): string {
  return ['alder', 'birch'].sort((a, b) =>
    network.node(a).operator < network.node(b).operator ? -1 : 1,
  )[0]!;
}

test('a provider that alters one byte of one output is taken to court by the network itself and loses its stake', {
  timeout: 600_000,
}, async t => {
  using home = temporaryHome();
  await using network = await startNetwork(home.path, { challengeWindowSeconds: CHALLENGE_WINDOW_SECONDS });
  const { nodes, court, token } = network.treasury;
  const cheat = worker(network);
  const { operator } = network.node(cheat);
  await network.node(cheat).stop();
  await network.restart(cheat, ['--tamper-output']);
  const stakeBefore = (await nodes.get(operator))!.stake;
  const supplyBefore = await token.balanceOf(network.deployment.token, operator);
  assert.ok(stakeBefore > 0n);

  await t.test('the requester is told, and does not pay', async () => {
    const { study } = await runMainJob(network, smallJob, { tell: () => undefined, doing: () => undefined });
    assert.equal(study.state, 'failed');
    assert.match(JSON.stringify(study.failure), /differ|disagree/i);
  });

  const accused = await until('the auditor accuses', SETTLING_MS, async () =>
    (await court.disputes()).find(dispute => dispute.accused === operator),
  );
  const nameOf = (address: string): string =>
    [...network.nodes].find(([, node]) => node.operator === address)![0];
  const accuser = nameOf(accused.accuser);
  assert.notEqual(accuser, cheat);

  await t.test('the accuser is killed in the middle of the dispute and goes on where it was', async () => {
    await network.node(accuser).kill();
    await network.restart(accuser);
  });

  await t.test(
    'a juror is killed between sealing and opening its vote and goes on where it was',
    async () => {
      const sealed = await until('a juror seals its vote', SETTLING_MS, async () =>
        (await court.timeline(accused.dispute)).find(({ what }) => what === 'vote-sealed'),
      );
      const juror = nameOf(sealed.who!);
      await network.node(juror).kill();
      await network.restart(juror);
      await until('its vote is opened', SETTLING_MS, async () =>
        (await court.timeline(accused.dispute)).find(
          ({ what, who }) => what === 'vote-opened' && who === sealed.who,
        ),
      );
    },
  );

  await t.test('the jury convicts, and the stake is gone', async () => {
    const decided = await until('the court decides', SETTLING_MS, async () => {
      const dispute = await court.dispute(accused.dispute);
      return dispute && dispute.outcome !== 'open' && dispute;
    });
    assert.equal(decided.outcome, 'convicted');
    assert.notEqual(decided.majority, decided.claimed);
    assert.equal((await nodes.get(operator))!.stake, 0n);
    const [conviction] = await court.convictions();
    assert.equal(conviction!.accused, operator);
    assert.equal(conviction!.ground, 'jury');
    assert.equal(conviction!.slashed, stakeBefore);
    assert.equal(
      await token.balanceOf(network.deployment.token, operator),
      supplyBefore,
      'it got nothing of it',
    );
    for (const [name, node] of network.nodes) {
      if (name === cheat || name === 'researcher') continue;
      assert.ok((await nodes.get(node.operator))!.stake > 0n, `${name} keeps its stake`);
    }
  });

  await t.test('every node tells the story, with evidence', async () => {
    const client = clientOf(network, 'researcher');
    const { disputes } = await client.call(courtRoutes.disputes);
    assert.equal(disputes.find(({ id }) => id === accused.dispute)?.outcome, 'convicted');
    const detail = await client.call(courtRoutes.dispute, { params: { id: accused.dispute } });
    const happened = detail.timeline.map(({ what }) => what);
    for (const what of [
      'accused',
      'jury-called',
      'vote-sealed',
      'vote-opened',
      'resolved',
      'convicted',
    ] as const) {
      assert.ok(happened.includes(what), `${what} is in ${happened.join(', ')}`);
    }
  });
});
