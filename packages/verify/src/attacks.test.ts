import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  auditVerdicts,
  executionCommitment,
  type Hex,
  type JobEvidence,
  KoinonError,
  toHex,
  utf8,
} from '@koinon/protocol';
import type { Sources } from './sources.ts';
import { makeGrant, makeJob } from './testing/makeJob.ts';
import { digestOf, domains, parties } from './testing/parties.ts';
import { collect, makeStudy, names, publish, type Study } from './testing/world.ts';
import { verifyJob } from './verifyJob.ts';
import { verifyPassport } from './verifyPassport.ts';

const honest = await makeStudy();
const { training } = honest.passport;
const { predictions, metrics } = honest.passport.evaluations[0]!;

async function failedOf(
  evidence: JobEvidence,
  sources: Sources = honest.world.sources,
  network = domains,
): Promise<string[]> {
  return names(await collect(verifyJob(evidence, network, 'job', sources)), 'failed').map(it => it.slice(4));
}

async function failedOfStudy(study: Study, sources = study.world.sources): Promise<string[]> {
  return names(await collect(verifyPassport(study.bytes, study.cid, sources)), 'failed');
}

/** n of secp256k1. */
const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

describe('signatures', () => {
  test('a signature of another statement of the same key does not pass', async () => {
    const { receipt } = metrics;
    const failed = await failedOf({
      ...predictions,
      receipt: { ...predictions.receipt, signature: receipt.signature },
    });
    assert.deepEqual(failed, ['receipt.signature']);
  });

  test('the other signature with a high s, valid for a lax verifier, does not pass', async () => {
    const { signature } = predictions.receipt;
    const s = ORDER - BigInt(`0x${signature.slice(66, 130)}`);
    const v = signature.endsWith('1b') ? '1c' : '1b';
    const twin: Hex = `0x${signature.slice(2, 66)}${s.toString(16).padStart(64, '0')}${v}`;
    const failed = await failedOf({ ...predictions, receipt: { ...predictions.receipt, signature: twin } });
    assert.deepEqual(failed, ['receipt.signature']);
  });

  test('signatures for another chain do not pass', async () => {
    const failed = await failedOf(predictions, honest.world.sources, { ...domains, chainId: 1 });
    for (const id of ['order.signature', 'receipt.signature', 'audit.signature', 'log.path']) {
      assert.ok(failed.includes(id), id);
    }
  });

  test('a passport of another network is told apart from one of yours', async () => {
    const sources = {
      ...honest.world.sources,
      domains: { ...domains, nodes: `0x${'ff'.repeat(20)}` as Hex },
    };
    assert.deepEqual(await failedOfStudy(honest, sources), ['passport/passport.network']);
  });
});

describe('statements put together from different work', () => {
  test('a true receipt of another order does not answer this one', async () => {
    const { world, plans } = honest;
    const other = await makeJob(world, { ...plans.predictions, order: { nonce: digestOf('another order') } });
    const { order: _, ...rest } = other;
    assert.deepEqual(await failedOf({ ...rest, order: predictions.order }), ['receipt.order']);
  });

  test('a true report on another receipt does not vouch for this one', async () => {
    const failed = await failedOf({ ...predictions, audits: metrics.audits });
    assert.ok(failed.includes('audit.receipt'));
    assert.ok(failed.includes('audit.choice'));
  });

  test('work done by another node than the one ordered from is told', async () => {
    const study = await makeStudy({ metrics: () => ({ order: { provider: parties.birch.address } }) });
    assert.ok((await failedOfStudy(study)).includes('metrics/receipt.provider'));
  });

  test('a price, or a money, beyond the order is told', async () => {
    const dear = await makeStudy({ metrics: () => ({ receipt: { amount: 51n } }) });
    assert.deepEqual(await failedOfStudy(dear), ['metrics/receipt.amount']);
    const foreign = await makeStudy({ metrics: () => ({ receipt: { token: `0x${'b1'.repeat(20)}` } }) });
    assert.deepEqual(await failedOfStudy(foreign), ['metrics/receipt.amount']);
  });
});

describe('a provider and an auditor that lie together', () => {
  test('are found by the replay, and by nothing else', async () => {
    const study = await makeStudy({
      metrics: plan => ({
        result: { ...plan.result, outputs: new Map([['metrics.json', utf8.encode('{"accuracy":1}')]]) },
      }),
    });
    assert.deepEqual(await failedOfStudy(study), ['metrics/replay']);
    const { replay: _, ...offline } = study.world.sources;
    assert.deepEqual(await failedOfStudy(study, offline), []);
  });

  test('cannot choose each other: not by name, not by the list, not by waiting', async () => {
    const drawn = predictions.audits[0]!.report.message.auditor;
    const friend = [parties.birch, parties.cedar].find(({ address }) => address !== drawn)!;
    const named = await makeStudy({ predictions: () => ({ auditor: friend }) });
    assert.deepEqual(await failedOfStudy(named), ['predictions/audit.choice']);
    const alone = [{ operator: friend.address, stake: 300n }];
    const listed = await makeStudy({ predictions: () => ({ candidates: alone }) });
    assert.deepEqual(await failedOfStudy(listed), ['predictions/audit.candidates']);
    const waited = await makeStudy({ predictions: () => ({ beaconDelay: 5 }) });
    assert.deepEqual(await failedOfStudy(waited), ['predictions/audit.beacon']);
  });

  test('cannot take a later anchor whose beacon suits them', async () => {
    const study = await makeStudy();
    const evidence = study.passport.evaluations[0]!.predictions;
    const { inclusion } = evidence;
    const { chain, sources } = study.world;
    chain.anchors.unshift({
      operator: inclusion.node,
      size: BigInt(inclusion.index + 1),
      root: digestOf('an earlier root'),
      transaction: digestOf('an earlier transaction'),
      block: 3,
      blockHash: digestOf('block 3'),
    });
    assert.deepEqual(await failedOf(evidence, sources), ['log.anchor']);
  });

  test('cannot be one and the same', async () => {
    const study = await makeStudy({
      metrics: plan => ({
        auditor: plan.provider,
        candidates: [{ operator: plan.provider.address, stake: 1n }],
      }),
    });
    const failed = await failedOfStudy(study);
    assert.ok(failed.includes('metrics/audit.independent'));
    assert.ok(failed.includes('metrics/audit.choice'));
  });
});

test('a log that was never anchored is told', async () => {
  const sources: Sources = { ...honest.world.sources, anchor: async () => undefined };
  assert.deepEqual(await failedOf(predictions, sources), ['log.anchor', 'audit.log.anchor']);
});

test('an auditor that disagrees, or could not look, does not vouch', async () => {
  for (const report of [
    { verdict: auditVerdicts.differs },
    { verdict: auditVerdicts.unavailable },
    { execution: digestOf('something else') },
  ]) {
    const study = await makeStudy({ metrics: () => ({ report }) });
    assert.deepEqual(await failedOfStudy(study), ['metrics/audit.agrees']);
  }
});

test('an order without assurance is no failure, and its check says what it rests on', async () => {
  const study = await makeStudy({ metrics: () => ({ order: { assurance: 0, auditRatePpm: 0 } }) });
  const checks = await collect(verifyPassport(study.bytes, study.cid, study.world.sources));
  assert.deepEqual(names(checks, 'failed'), []);
  assert.ok(names(checks, 'skipped').includes('metrics/audit.present'));
});

describe('the data owner’s permission', () => {
  const program = training.grant!.message.program;
  const under = async (changes: Parameters<typeof makeGrant>[0], signer = parties.hospital) => {
    const grant = await makeGrant({ program, ...changes }, signer);
    const study = await makeStudy({ training: () => ({ grant }) });
    return failedOfStudy(study);
  };

  test('by somebody else is none', async () => {
    assert.deepEqual(await under({}, parties.researcher), ['training/grant.signature']);
  });

  test('for somebody else, another program, another dataset, or a higher price does not cover the work', async () => {
    assert.deepEqual(await under({ requester: parties.cedar.address }), ['training/grant.covers']);
    assert.deepEqual(await under({ program: digestOf('another') }), ['training/grant.covers']);
    assert.deepEqual(await under({ amount: 51n }), ['training/grant.covers']);
    assert.deepEqual(await under({ amount: 39n }), ['training/grant.covers']);
    assert.ok((await under({ dataset: 8n })).includes('training/grant.covers'));
  });

  test('that had ended, or not begun, does not hold', async () => {
    assert.deepEqual(await under({ expiresAt: 1_799_999_001n, validFrom: 1_799_999_000n }), []);
    assert.deepEqual(await under({ expiresAt: 1_700_000_001n, validFrom: 1_700_000_000n }), [
      'training/grant.valid',
    ]);
    assert.deepEqual(await under({ expiresAt: 1_900_000_001n, validFrom: 1_900_000_000n }), [
      'training/grant.valid',
    ]);
  });

  test('under other rules than the chain names, or for other rows, is told', async () => {
    assert.deepEqual(await under({ policy: digestOf('no rules') }), ['training/dataset.chain']);
    const dataset = { ...honest.world.chain.datasets.get(7n)!, contentRoot: digestOf('other rows') };
    assert.deepEqual(await failedOf(training, { ...honest.world.sources, dataset: async () => dataset }), [
      'dataset.chain',
    ]);
  });

  test('by an owner who has sold the data since is not called a forgery', async () => {
    const record = honest.world.chain.datasets.get(7n)!;
    const sold = { ...record, owner: parties.cedar.address, epoch: record.epoch! + 1n };
    const checks = await collect(
      verifyJob(training, domains, 'job', { ...honest.world.sources, dataset: async () => sold }),
    );
    assert.deepEqual(names(checks, 'failed'), []);
    assert.ok(names(checks, 'skipped').includes('job/grant.signature'));
  });
});

describe('what left the custodian', () => {
  test('past the gate, or judged by other rules, is told', async () => {
    const passed = await makeStudy({ training: () => ({ verdict: { artefacts: [] } }) });
    assert.deepEqual(await failedOfStudy(passed), ['training/verdict.outputs']);
    const lax = await makeStudy({ training: () => ({ verdict: { policy: digestOf('no rules') } }) });
    assert.deepEqual(await failedOfStudy(lax), ['training/verdict.policy']);
    const withheld = await makeStudy({
      training: () => ({
        verdict: {
          artefacts: training.outputs.map(({ name }) => ({
            name,
            class: 'metrics' as const,
            decision: 'withheld' as const,
            size: 0,
            sha256: digestOf(''),
            reasons: [],
          })),
        },
      }),
    });
    assert.deepEqual(await failedOfStudy(withheld), ['training/verdict.outputs']);
  });

  test('without being declared, or larger than declared, is told', async () => {
    for (const outputs of [[], [{ name: 'metrics.json', class: 'metrics' as const, maxBytes: 10 }]]) {
      const study = await makeStudy({ metrics: plan => ({ manifest: { ...plan.manifest, outputs } }) });
      assert.ok((await failedOfStudy(study)).includes('metrics/outputs.declared'));
    }
  });

  test('by a program that ended badly, or used more fuel than allowed, is told', async () => {
    const crashed = await makeStudy({ metrics: plan => ({ result: { ...plan.result, exitCode: 1 } }) });
    assert.ok((await failedOfStudy(crashed)).includes('metrics/execution.outputs'));
    const greedy = await makeStudy({ metrics: plan => ({ result: { ...plan.result, fuel: 200_000n } }) });
    assert.ok((await failedOfStudy(greedy)).includes('metrics/execution.limits'));
  });

  test('under a salted commitment is told, where the job is public', async () => {
    const opening = { ...metrics.opening!, salt: digestOf('a secret') };
    const study = await makeStudy({
      metrics: () => ({ receipt: { execution: executionCommitment(opening) } }),
    });
    const evidence = { ...study.passport.evaluations[0]!.metrics, opening };
    assert.ok((await failedOf(evidence, study.world.sources)).includes('execution.opening'));
  });
});

describe('a replay', () => {
  const failing = (code: `K_${string}`): Sources => ({
    ...honest.world.sources,
    replay: async () => {
      throw new KoinonError({ code, message: 'It could not be run.', fault: 'platform' });
    },
  });

  test('that this machine could not make proves nothing; a program no machine may run proves a lie', async () => {
    assert.deepEqual(await failedOf(metrics, failing('K_HOST_MEMORY')), []);
    assert.deepEqual(await failedOf(metrics, failing('K_MODULE_REFUSED')), ['replay']);
    assert.deepEqual(await failedOf(predictions, failing('K_MODEL_REFUSED')), ['replay']);
  });

  test('says what differs', async () => {
    const { replay } = honest.world.sources;
    const sources: Sources = {
      ...honest.world.sources,
      replay: async job => ({
        ...(await replay!(job)),
        fuel: 1n,
        traceRoot: toHex(utf8.encode('x'.repeat(32))),
      }),
    };
    const checks = await collect(verifyJob(metrics, domains, 'job', sources));
    const { state, detail } = checks.find(({ id }) => id === 'replay')!;
    assert.equal(state, 'failed');
    assert.match(
      detail,
      /^Different: fuel \(1 here\), the trace of its steps and what the receipt commits to\. /,
    );
  });

  test('is never tried on private rows', async () => {
    let asked = 0;
    const sources: Sources = {
      ...honest.world.sources,
      replay: async () => {
        asked++;
        throw new Error('no');
      },
    };
    await collect(verifyJob(training, domains, 'job', sources));
    assert.equal(asked, 0);
  });
});

describe('a passport of true jobs that do not belong together', () => {
  test('another model’s predictions, or measures of them, are told', async () => {
    const other = await makeStudy({
      training: plan => ({
        result: {
          ...plan.result,
          outputs: new Map([...plan.result.outputs, ['model.onnx', utf8.encode('better')]]),
        },
      }),
    });
    const [mine, its] = [honest.passport.evaluations[0]!, other.passport.evaluations[0]!];
    const { blobs, chain } = honest.world;
    for (const [name, bytes] of other.world.blobs) blobs.set(name, bytes);
    const judge = async (evaluation: typeof mine) => {
      const published = publish(honest.world, { ...honest.passport, evaluations: [evaluation] });
      // Whose logs and lots these are does not matter here.
      const { anchor: _, candidates: __, ...sources } = honest.world.sources;
      const failed = await failedOfStudy({ ...honest, ...published }, sources);
      chain.models.clear();
      publish(honest.world, honest.passport);
      return failed;
    };
    assert.deepEqual(await judge({ ...mine, metrics: its.metrics }), ['metrics/link.predictions']);
    assert.deepEqual(await judge(its), ['predictions/link.model']);
    assert.deepEqual(await judge({ ...mine, data: mine.metrics.outputs[0]!.cid }), [
      'predictions/link.rows',
      'metrics/link.predictions',
    ]);
  });

  test('metrics about another column, or by a program of somebody’s own, are told', async () => {
    const study = await makeStudy({
      metrics: plan => ({ manifest: { ...plan.manifest, params: { target: 'age' } } }),
    });
    assert.deepEqual(await failedOfStudy(study), ['metrics/link.target']);
    const programs = new Map<Hex, string>();
    const checks = await collect(
      verifyPassport(honest.bytes, honest.cid, { ...honest.world.sources, programs }),
    );
    assert.deepEqual(names(checks, 'failed'), ['metrics/metrics.program']);
    assert.ok(names(checks, 'skipped').includes('passport/training.program'));
  });
});

describe('the registration', () => {
  const registered = async (record: Awaited<ReturnType<NonNullable<Sources['model']>>>) => {
    const sources: Sources = { ...honest.world.sources, model: async () => record };
    const checks = await collect(verifyPassport(honest.bytes, honest.cid, sources));
    return checks.find(({ id }) => id === 'model.registered')!;
  };
  const own = honest.world.chain.models.values().next().value!;

  test('must exist, be by the publisher, and name this passport', async () => {
    assert.equal((await registered(undefined)).state, 'failed');
    assert.equal((await registered({ ...own, publisher: parties.cedar.address })).state, 'failed');
    const replaced = await registered({ ...own, passport: digestOf('another passport') });
    assert.equal(replaced.state, 'failed');
  });

  test('of a later passport is noted where the chain remembers this one', async () => {
    const later = publish(honest.world, { ...honest.passport, createdAt: honest.passport.createdAt + 60n });
    const now = honest.world.chain.models.values().next().value!;
    publish(honest.world, honest.passport);
    const noted = await registered({ ...now, earlier: [own.passport] });
    assert.equal(noted.state, 'ok');
    assert.match(
      noted.detail,
      new RegExp(`an earlier passport\\. The chain names ${later.cid} now, made later`),
    );
    const unknown = await registered(now);
    assert.equal(unknown.state, 'skipped');
    const never = await registered({ ...now, earlier: [digestOf('another'), now.passport] });
    assert.equal(never.state, 'failed');
  });
});
