import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { drawId, isAudited, type JobEvidence, logLeafHash, statementDigest, utf8 } from '@koinon/protocol';
import type { CourtFinding, Sources } from './sources.ts';
import { makeJob } from './testing/makeJob.ts';
import { digestOf, domains, parties } from './testing/parties.ts';
import { collect, makeStudy, names } from './testing/world.ts';
import { verifyJob } from './verifyJob.ts';

const study = await makeStudy();
const { world, plans } = study;
const { metrics } = study.evaluation;
const receipt = statementDigest('Receipt', metrics.receipt.message, domains);

const checksOf = (evidence: JobEvidence, sources: Sources = world.sources) =>
  collect(verifyJob(evidence, domains, 'job', sources));
const failedOf = async (evidence: JobEvidence, sources?: Sources) =>
  names(await checksOf(evidence, sources), 'failed').map(name => name.slice(4));

/** A job whose receipt the lot passes over, or not, at a rate of one in ten. */
async function jobAtOneInTen(wanted: boolean): Promise<JobEvidence> {
  for (let i = 0; i < 200; i++) {
    const nonce = digestOf(`toss ${wanted} ${i}`);
    const made = await makeJob(world, { ...plans.metrics, order: { nonce, auditRatePpm: 100_000 } });
    if ((made.lot === undefined) === wanted) return made;
  }
  throw new Error('no such toss');
}

describe('the coin', () => {
  test('that lets a receipt pass is enough, and is shown', async () => {
    const passed = await jobAtOneInTen(false);
    assert.equal(passed.audits.length, 0);
    const checks = await checksOf(passed);
    assert.deepEqual(names(checks, 'failed'), []);
    assert.match(checks.find(({ id }) => id === 'lot.coin')!.detail, /10 % the lot lets it pass/);
    assert.equal(checks.find(({ id }) => id === 'audit.present')!.state, 'skipped');
  });

  test('left out, or tossed from a number of one’s own, is found', async () => {
    const passed = await jobAtOneInTen(false);
    const { lot, ...without } = passed;
    assert.deepEqual(await failedOf(without), ['audit.present']);
    const late = { beaconRound: lot!.beaconRound + 1n, beacon: lot!.beacon };
    assert.ok((await failedOf({ ...passed, lot: late })).includes('lot.beacon'));
    const leaf = logLeafHash(
      'Receipt',
      statementDigest('Receipt', passed.receipt.message, domains),
      passed.inclusion.leafSalt,
    );
    const made = Array.from({ length: 99 }, (_, i) => digestOf(`made up ${i}`)).find(
      beacon => !isAudited(drawId(beacon, leaf), 100_000) && beacon !== lot!.beacon,
    )!;
    assert.deepEqual(await failedOf({ ...passed, lot: { ...lot!, beacon: made } }), ['lot.beacon']);
  });

  test('that has a receipt replayed cannot be passed over', async () => {
    const drawn = await jobAtOneInTen(true);
    assert.deepEqual(await failedOf(drawn), []);
    const { choice } = drawn.audits[0]!;
    assert.ok(choice.by === 'lot');
    const { beacon, beaconRound } = choice;
    assert.deepEqual(await failedOf({ ...drawn, audits: [], lot: { beacon, beaconRound } }), ['lot.coin']);
  });
});

test('terms of an order that do not go with its assurance are told', async () => {
  const made = await makeJob(world, { ...plans.metrics, order: { auditRatePpm: 0 } });
  assert.ok((await failedOf(made)).includes('order.terms'));
});

test('a receipt that came on chain after the time it promised is an omission, and said to be one', async () => {
  const made = await makeJob(world, { ...plans.metrics, receipt: { anchorBy: 1_800_000_001n } });
  assert.deepEqual(await failedOf(made), ['log.time']);
  const report = await makeJob(world, { ...plans.metrics, report: { anchorBy: 1_800_000_001n } });
  assert.deepEqual(await failedOf(report), ['audit.log.time']);
});

test('an auditor the lot fell on and who is silent is named, and does not make the rest false', async () => {
  for (let i = 0; i < 60; i++) {
    const made = await makeJob(world, { ...plans.metrics, order: { nonce: digestOf(`many ${i}`) } });
    const check = (await checksOf(made)).find(({ id }) => id === 'audit.everyone')!;
    if (check.state === 'ok') continue;
    assert.equal(check.state, 'skipped');
    assert.match(check.detail, /drawn too, and no report is here/);
    return;
  }
  assert.fail('the lot never fell on two at once');
});

describe('the court', () => {
  const finding: CourtFinding = {
    outcome: 'convicted',
    ground: 'jury',
    dispute: digestOf('dispute'),
    step: 3n,
    accuser: parties.birch.address,
    slashed: 25n * 10n ** 17n,
    block: 900,
  };
  const withFinding = (found: CourtFinding | undefined, of = receipt): Sources => ({
    ...world.sources,
    court: async statement => (statement === of ? found : undefined),
  });
  const courtOf = async (found: CourtFinding | undefined) =>
    (await checksOf(metrics, withFinding(found))).find(({ id }) => id === 'court')!;

  test('that convicted a receipt is heard: on what ground, in which dispute, and what it cost', async () => {
    const { state, detail } = await courtOf(finding);
    assert.equal(state, 'failed');
    assert.match(detail, /a jury drawn by lot replayed step 3 of its work/);
    assert.match(detail, /block 900/);
    assert.match(detail, /lost 2\.5 KOIN/);
    assert.ok(detail.includes(finding.dispute!.slice(0, 10)));
  });

  test('has a sentence of its own for every ground', async () => {
    const details = new Set<string>();
    for (const ground of [
      'receipts',
      'omission',
      'misplaced',
      'fork',
      'unavailability',
      'jury',
      'arithmetic',
      'report',
    ] as const) {
      const { state, detail } = await courtOf({ outcome: 'convicted', ground });
      assert.equal(state, 'failed');
      details.add(detail);
    }
    assert.equal(details.size, 8);
  });

  test('that has not decided proves nothing yet; one that acquitted, or was never asked, leaves it standing', async () => {
    assert.equal((await courtOf({ outcome: 'open', dispute: finding.dispute! })).state, 'skipped');
    assert.equal((await courtOf({ outcome: 'undecided' })).state, 'skipped');
    assert.equal((await courtOf({ outcome: 'acquitted' })).state, 'ok');
    assert.equal((await courtOf(undefined)).state, 'ok');
    const { court: _, ...offline } = world.sources;
    const check = (await checksOf(metrics, offline)).find(({ id }) => id === 'court')!;
    assert.equal(check.state, 'skipped');
  });

  test('that convicted an auditor’s report is told at the report', async () => {
    const report = statementDigest('AuditReport', metrics.audits[0]!.report.message, domains);
    const sources = withFinding({ outcome: 'convicted', ground: 'report' }, report);
    assert.deepEqual(await failedOf(metrics, sources), ['audit.court']);
  });
});

test('one altered byte of one output is named by file and place', async () => {
  const honest = plans.metrics.result.outputs.get('metrics.json')!;
  const altered = Uint8Array.from(honest);
  altered[7]! ^= 1;
  const made = await makeJob(world, {
    ...plans.metrics,
    result: { ...plans.metrics.result, outputs: new Map([['metrics.json', altered]]) },
  });
  const checks = await checksOf(made);
  assert.deepEqual(names(checks, 'failed'), ['job/replay']);
  const { detail } = checks.find(({ id }) => id === 'replay')!;
  assert.match(detail, /the files it wrote/);
  assert.match(detail, /metrics\.json from byte 7 on/);
});

test('files too many, or missing, are named', async () => {
  const made = await makeJob(world, {
    ...plans.metrics,
    result: { ...plans.metrics.result, outputs: new Map([['other.json', utf8.encode('x')]]) },
  });
  const { detail } = (await checksOf(made)).find(({ id }) => id === 'replay')!;
  assert.match(detail, /metrics\.json is missing and other\.json should not be there/);
});
