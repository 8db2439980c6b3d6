import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  assurances,
  auditVerdicts,
  cidOfBlob,
  cidOfDigest,
  cidOfNode,
  DAG_CBOR,
  digestOfCid,
  drawOfUse,
  encodeNode,
  executionCommitment,
  type Hex,
  type JobEvidence,
  KoinonError,
  type Manifest,
  type Passport,
  type Policy,
  policyDigest,
  toHex,
  toWire,
  utf8,
  ZERO_32,
} from '@koinon/protocol';
import type { Sources } from './sources.ts';
import { type JobPlan, makeGrant, makeJob } from './testing/makeJob.ts';
import { digestOf, domains, parties } from './testing/parties.ts';
import { CONTENT_ROOT, description, policy, record } from './testing/rules.ts';
import {
  collect,
  makeHeldBackStudy,
  makeStudy,
  names,
  publish,
  runTwin,
  type Study,
  trainingManifest,
} from './testing/world.ts';
import { verifyJob } from './verifyJob.ts';
import { verifyPassport } from './verifyPassport.ts';

const honest = await makeStudy();
const { training } = honest.passport;
const { predictions, metrics } = honest.evaluation;

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
    const evidence = study.evaluation.predictions;
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
  const under = async (changes: Parameters<typeof makeGrant>[1], signer = parties.hospital) => {
    const grant = await makeGrant(trainingManifest, changes, signer);
    const study = await makeStudy({ training: () => ({ grant }) });
    return failedOfStudy(study);
  };

  test('by somebody else is none', async () => {
    assert.deepEqual(await under({}, parties.researcher), ['training/grant.signature']);
  });

  test('for somebody else, another dataset, another auditor, or another price does not cover the work', async () => {
    assert.deepEqual(await under({ requester: parties.cedar.address }), ['training/grant.covers']);
    assert.deepEqual(await under({ amount: 51n }), ['training/grant.covers']);
    assert.deepEqual(await under({ amount: 39n }), ['training/grant.covers', 'training/policy.allows']);
    assert.deepEqual(await under({ purpose: ZERO_32 }), ['training/grant.covers']);
    assert.ok((await under({ dataset: 8n })).includes('training/grant.covers'));
    const auditor = parties.cedar.address;
    assert.ok((await under({ auditor })).includes('training/policy.allows'));
  });

  test('binds all of the job: whatever is changed in it needs another permission', async () => {
    const { limits, outputs, inputs } = trainingManifest;
    const [table] = inputs;
    const drafts: Partial<Manifest>[] = [
      { program: honest.evaluation.data },
      { params: { target: 'sex' } },
      { params: { target: 'ill', exclude: ['age'] } },
      { inputs: [{ ...table!, name: 'a.safetensors' }] },
      { limits: { ...limits, fuel: limits.fuel + 1 } },
      { limits: { ...limits, memoryPages: 17 } },
      { outputs: outputs.slice(1) },
      { outputs: outputs.map(output => ({ ...output, maxBytes: output.maxBytes + 1 })) },
    ];
    for (const draft of drafts) {
      const manifest = { ...trainingManifest, ...draft };
      const study = await makeStudy({ training: () => ({ manifest }) });
      assert.ok((await failedOfStudy(study)).includes('training/grant.terms'), Object.keys(draft).join(', '));
    }
  });

  test('draws seed and time: any other may have been chosen', async () => {
    const grant = await makeGrant(trainingManifest);
    const third = drawOfUse(grant.message, 2);
    const second = drawOfUse(grant.message, 1);
    for (const draw of [
      { seed: new Uint8Array(32) },
      { timeMs: 1 },
      third,
      { seed: second.seed, timeMs: 1 },
    ]) {
      const study = await makeStudy({ training: () => ({ grant, draw }) });
      assert.deepEqual(await failedOfStudy(study), ['training/grant.draw']);
    }
    const other = await makeStudy({ training: () => ({ grant, draw: second }) });
    assert.deepEqual(await failedOfStudy(other), []);
    assert.ok((await under({ uses: 4_294_967_295 })).includes('training/policy.allows'));
  });

  test('must be for the bits that such a job can tell', async () => {
    const { bits } = training.grant!.message;
    for (const other of [bits - 1n, bits + 1n, 0n]) {
      assert.deepEqual(await under({ bits: other }), ['training/verdict.bits']);
    }
  });

  test('is no leave to have the work checked by others', async () => {
    const order = { assurance: assurances.replay };
    const study = await makeStudy({ training: () => ({ order }) });
    assert.ok((await failedOfStudy(study)).includes('training/grant.covers'));
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

  test('under rules that forbid such a job is told', async () => {
    const strict: Partial<Policy>[] = [
      { outputs: { model: 0, metrics: 1, evaluation: 1 } },
      { bits: { job: 20, requesterYear: 20, year: 20, total: 20 } },
      { maxFuel: 10 },
      { maxUses: 1 },
      { amount: 41n },
      { auditors: [parties.cedar.address] },
    ];
    for (const change of strict) {
      const own = { ...policy, ...change };
      const digest = policyDigest(own);
      const grant = await makeGrant(trainingManifest, { policy: digest });
      const study = await makeStudy({ training: () => ({ grant }) });
      study.world.blobs.set(cidOfDigest(digest, DAG_CBOR), encodeNode(toWire(own)));
      const record = study.world.chain.datasets.get(7n)!;
      study.world.chain.datasets.set(7n, { ...record, policyDigest: digest });
      assert.deepEqual(
        await failedOfStudy(study),
        ['training/policy.allows'],
        Object.keys(change).join(', '),
      );
    }
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
  const trainingWith = (verdict: JobPlan['verdict']) =>
    makeStudy({ training: () => ({ verdict: verdict! }) });

  test('past the gate, or judged by other rules, is told', async () => {
    const passed = await trainingWith({ artefacts: [], word: 'withheld' });
    assert.deepEqual(await failedOfStudy(passed), ['training/verdict.outputs']);
    const lax = await trainingWith({ policy: digestOf('no rules') });
    assert.deepEqual(await failedOfStudy(lax), ['training/verdict.policy']);
  });

  test('under a word that does not fit, for other bits than granted, or as another class, is told', async () => {
    assert.deepEqual(await failedOfStudy(await trainingWith({ word: 'withheld' })), [
      'training/verdict.word',
    ]);
    const bits = Number(training.grant!.message.bits) + 1;
    assert.deepEqual(await failedOfStudy(await trainingWith({ bits })), ['training/verdict.bits']);
    const artefacts = training.outputs.map(({ name, size, sha256 }) => ({
      name,
      size,
      sha256,
      class: 'model' as const,
    }));
    assert.deepEqual(await failedOfStudy(await trainingWith({ artefacts })), ['training/verdict.word']);
  });

  test('without all that was declared is fine under its word, and only under it', async () => {
    const partly = (word: 'released' | 'withheld') =>
      makeStudy({
        training: plan => ({
          result: {
            ...plan.result,
            outputs: new Map([...plan.result.outputs].filter(([name]) => name === 'model.onnx')),
          },
          verdict: { word },
        }),
      });
    assert.deepEqual(await failedOfStudy(await partly('withheld')), []);
    assert.deepEqual(await failedOfStudy(await partly('released')), ['training/verdict.word']);
  });

  test('in a file with anything else in it is told, though custodian, gate and auditor agree on it', async () => {
    const hiding = (change: (files: Map<string, Uint8Array>) => [string, Uint8Array]) =>
      makeStudy({
        training: plan => ({
          result: { ...plan.result, outputs: new Map([...plan.result.outputs, change(plan.result.outputs)]) },
        }),
      });
    const text = (files: Map<string, Uint8Array>) => JSON.parse(utf8.decode(files.get('metrics.json')!));
    const padded = await hiding(files => [
      'metrics.json',
      utf8.encode(`${utf8.decode(files.get('metrics.json')!)} \t `),
    ]);
    assert.deepEqual(await failedOfStudy(padded), ['training/rebuilt.metrics.json']);
    const precise = await hiding(files => [
      'metrics.json',
      utf8.encode(JSON.stringify({ ...text(files), accuracy: 0.123456789 })),
    ]);
    assert.deepEqual(await failedOfStudy(precise), ['training/rebuilt.metrics.json']);
    const named = await hiding(files => [
      'metrics.json',
      utf8.encode(JSON.stringify({ ...text(files), classes: ['row 17 is ill', 'yes'] })),
    ]);
    assert.deepEqual(await failedOfStudy(named), ['training/rebuilt.metrics.json']);
    const model = await hiding(files => [
      'model.onnx',
      new Uint8Array([...files.get('model.onnx')!, 0x12, 1, 0x61]),
    ]);
    assert.deepEqual(await failedOfStudy(model), ['training/rebuilt.model.onnx']);
  });

  test('is bounded by the record the gate went by, whatever the owner has written since', async () => {
    const { world } = await makeStudy();
    const narrower = { ...record, 'koinon:table': { ...description, columns: description.columns.slice(1) } };
    world.blobs.set(cidOfNode(narrower), encodeNode(narrower));
    const dataset = { ...world.chain.datasets.get(7n)!, metadataDigest: digestOfCid(cidOfNode(narrower)) };
    const checksOf = (sources: Sources, records?: ReadonlyMap<string, string>) =>
      collect(verifyJob(training, domains, 'job', sources, records));
    const later = await checksOf({ ...world.sources, dataset: async () => dataset });
    assert.deepEqual(names(later, 'failed'), []);
    assert.ok(names(later, 'skipped').includes('job/verdict.record'));
    for (const id of ['verdict.bits', 'rebuilt.model.onnx'])
      assert.equal(later.find(check => check.id === id)!.state, 'ok', id);
    const named = await checksOf(world.sources, new Map([['7', cidOfNode(narrower)]]));
    for (const id of ['job/verdict.record', 'job/verdict.bits'])
      assert.ok(names(named, 'failed').includes(id), id);
  });

  test('is explained: the bound, a line for each of its parts, and what bits do not say', async () => {
    const checks = await collect(verifyPassport(honest.bytes, honest.cid, honest.world.sources));
    const { notes } = checks.find(({ job, id }) => job === 'training' && id === 'verdict.bits')!;
    const { bits } = training.grant!.message;
    assert.match(
      notes![0]!,
      new RegExp(`^This release can tell at most ${bits} bits.*${bits} yes/no questions`),
    );
    for (const part of [
      /model\.onnx, the weights/,
      /metrics\.json, what the program says/,
      /auditor reported/,
    ]) {
      assert.ok(
        notes!.some(note => part.test(note) && /^\d+\.\d bits of them: /.test(note)),
        `${part}`,
      );
    }
    assert.match(notes!.at(-2)!, new RegExp(`2 such uses: at most ${2n * bits} bits`));
    assert.match(notes!.at(-1)!, /not about whom/);
    const told = notes!.slice(1, -2).reduce((sum, note) => sum + Number.parseFloat(note), 0);
    assert.ok(told <= Number(bits) + 0.5 && told > Number(bits) - 2, `${told} of ${bits}`);
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
    const evidence = { ...study.evaluation.metrics, opening };
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
      training: plan => ({ result: runTwin(plan.manifest, [utf8.encode('other private rows')]) }),
    });
    const [mine, its] = [honest.evaluation, other.evaluation];
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

describe('a test on rows held back at the custodian', () => {
  const failing = async (
    change: Parameters<typeof makeHeldBackStudy>[0],
    own: Partial<Passport> = {},
  ): Promise<string[]> => {
    const study = await makeHeldBackStudy(change);
    const published = publish(study.world, { ...study.passport, ...own });
    const { sources } = study.world;
    return names(await collect(verifyPassport(published.bytes, published.cid, sources)), 'failed');
  };
  /** The measuring job bent, with its owner's permission. */
  const measuring = (bend: (manifest: Manifest) => Partial<Manifest>, more: Partial<JobPlan> = {}) => ({
    metrics: (plan: JobPlan) => ({ manifest: { ...plan.manifest, ...bend(plan.manifest) }, ...more }),
  });
  const inputs = (change: (source: Manifest['inputs'][number]['source']) => object) =>
    measuring(manifest => ({
      inputs: manifest.inputs.map(input => ({
        ...input,
        source: { ...input.source, ...change(input.source) } as typeof input.source,
      })),
    }));
  const rows = (change: object) =>
    inputs(source => ('dataset' in source ? { dataset: { ...source.dataset, ...change } } : {}));

  test('that was made as said fails nothing, and nobody outside replays it', async () => {
    const study = await makeHeldBackStudy();
    const checks = await collect(verifyPassport(study.bytes, study.cid, study.world.sources));
    assert.deepEqual(names(checks, 'failed'), []);
    assert.deepEqual(names(checks, 'skipped'), [
      'training/execution.opening',
      'training/replay',
      'metrics/execution.opening',
      'metrics/replay',
    ]);
    const of = (id: string) => checks.find(check => check.id === id && check.job !== 'training')!;
    assert.match(of('passport.evaluations').detail, /1 on rows held back at the custodian/);
    assert.match(of('link.rows').detail, /^Rows held back, of dataset 7/);
    assert.match(of('replay').detail, /never leave their custodian/);
    assert.match(of('verdict.bits').notes!.join(' '), /the measures, for all rows and by group/);
  });

  test('that read the rows the model was trained on is told', async () => {
    const failed = await failing(rows({ rows: 'training' }));
    assert.ok(failed.includes('metrics/link.rows'), failed.join(', '));
  });

  test('of other rows, another model, or with something else beside it, is told', async () => {
    assert.ok((await failing(rows({ contentRoot: digestOf('other rows') }))).includes('metrics/link.rows'));
    assert.ok((await failing(rows({ id: '8' }))).includes('metrics/link.rows'));
    const other = cidOfBlob(utf8.encode('another model'));
    const swapped = await failing(inputs(source => ('candidate' in source ? { candidate: other } : {})));
    assert.deepEqual(swapped, ['metrics/link.model']);
    const beside = await failing(
      measuring(({ inputs }) => ({ inputs: [{ name: 'key.bin', source: { cid: other } }, ...inputs] })),
    );
    assert.ok(beside.includes('metrics/link.model') && beside.includes('metrics/policy.allows'));
    const none = await failing(measuring(({ inputs }) => ({ inputs: inputs.slice(1) })));
    assert.ok(none.includes('metrics/link.model'));
  });

  test('by another program, of another column, or away from the custodian, is told', async () => {
    const program = cidOfBlob(utf8.encode('my own program'));
    const { grant: own } = await grantFor({ program });
    assert.deepEqual(await failing(measuring(() => ({ program }), { grant: own })), [
      'metrics/metrics.program',
    ]);
    const params = { target: 'sex' };
    assert.ok((await failing(measuring(() => ({ params })))).includes('metrics/link.target'));
    const elsewhere = await failing(measuring(() => ({}), { provider: parties.alder }));
    assert.deepEqual(elsewhere, ['metrics/link.rows']);
  });

  test('of a dataset that the passport does not name is told', async () => {
    const study = await makeHeldBackStudy();
    const evaluations = [{ ...study.evaluation, heldBack: '8' }];
    const { bytes, cid } = publish(study.world, { ...study.passport, evaluations });
    const checks = await collect(verifyPassport(bytes, cid, study.world.sources));
    assert.deepEqual(names(checks, 'failed'), ['metrics/link.rows']);
  });

  test('passed off as one on public rows, or the other way round, is told', async () => {
    const heldBack = await makeHeldBackStudy();
    const study = await makeStudy();
    for (const [name, bytes] of heldBack.world.blobs) study.world.blobs.set(name, bytes);
    const judged = async (evaluation: Passport['evaluations'][number]) => {
      const { bytes, cid } = publish(study.world, { ...study.passport, evaluations: [evaluation] });
      const { anchor: _, candidates: __, ...sources } = study.world.sources;
      return names(await collect(verifyPassport(bytes, cid, sources)), 'failed');
    };
    const { data, predictions, metrics } = study.evaluation;
    const asPublic = await judged({ data, predictions, metrics: heldBack.evaluation.metrics });
    assert.deepEqual(asPublic, ['metrics/link.predictions']);
    const asHeldBack = await judged({ heldBack: '7', metrics });
    assert.deepEqual(asHeldBack, ['metrics/link.model', 'metrics/link.rows']);
  });

  test('after a training on those same rows is told', async () => {
    const manifest = {
      ...trainingManifest,
      inputs: trainingManifest.inputs.map(input => ({
        ...input,
        source: { dataset: { id: '7', contentRoot: CONTENT_ROOT, rows: 'held-back' as const } },
      })),
    };
    const grant = await makeGrant(manifest);
    const result = runTwin(manifest, [utf8.encode('rows held back')]);
    const failed = await failing({ training: () => ({ manifest, grant, result }) });
    assert.deepEqual(failed, ['passport/training.rows']);
  });

  async function grantFor(change: Partial<Manifest>) {
    const { plans } = await makeHeldBackStudy();
    return { grant: await makeGrant({ ...plans.metrics.manifest, ...change }) };
  }
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
