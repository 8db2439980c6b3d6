import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  type Cid,
  cidOfDigest,
  cidOfNode,
  DAG_CBOR,
  decodeManifest,
  decodeNode,
  digestOfCid,
  drawOfUse,
  encodeManifest,
  encodeNode,
  type JobEvidence,
  type Manifest,
  parseCid,
  toHex,
  toWire,
  type Verdict,
} from '@koinon/protocol';
import { cases } from '@koinon/protocol/testing';
import fc from 'fast-check';
import type { Sources } from './sources.ts';
import { makeJob } from './testing/makeJob.ts';
import { domains, parties } from './testing/parties.ts';
import { flipped, type Tampering, tamperings } from './testing/tamper.ts';
import { collect, makeHeldBackStudy, makeStudy, names } from './testing/world.ts';
import { verifyJob } from './verifyJob.ts';
import { verifyPassport } from './verifyPassport.ts';

const study = await makeStudy();
const { world, passport, bytes, cid } = study;
const { predictions, metrics } = study.evaluation;
const heldBack = await makeHeldBackStudy();
const blobs = [...world.blobs].filter(([name]) => name !== cid);

/** Which check has to find a change, by the path of what was changed: the first pattern that matches counts. */
const finders: readonly [pattern: RegExp, checks: readonly string[]][] = [
  [/^koinon/, ['evidence.form']],
  [/^manifest/, ['manifest.bytes']],
  [/^order/, ['order.signature']],
  [/^grant\.signature/, ['grant.signature']],
  [/^grant/, ['grant.order']],
  [/^receipt/, ['receipt.signature']],
  [/^opening/, ['execution.opening']],
  [/^outputs\.\d+\.cid/, ['output.metrics.json', 'output.model.onnx', 'output.predictions.safetensors']],
  [/^outputs/, ['outputs.list']],
  [/^verdict/, ['verdict.bytes']],
  [/^inclusion\.anchor/, ['log.anchor']],
  // Some trees of neighbouring sizes have the same path; then the size on chain tells.
  [/^inclusion\.size/, ['log.path', 'log.anchor']],
  [/^inclusion/, ['log.path']],
  [/^audits$|^audits\.0$/, ['audit.present', 'audit.2.independent']],
  [/^audits\.0\.report/, ['audit.signature']],
  [/^audits\.0\.inclusion\.anchor/, ['audit.log.anchor']],
  [/^audits\.0\.inclusion\.size/, ['audit.log.path', 'audit.log.anchor']],
  [/^audits\.0\.inclusion/, ['audit.log.path']],
  [/^audits\.0\.choice\.beaconRound/, ['audit.beacon']],
  [/^audits\.0\.choice\.stakeBlock/, ['audit.candidates']],
  [/^audits\.0\.choice\.(round|total)/, ['audit.choice', 'audit.candidates']],
  [/^audits\.0\.choice\.beacon/, ['audit.choice']],
  [/^audits\.0\.choice\.candidates/, ['audit.candidates', 'audit.choice']],
  [/^audits\.0\.choice/, ['evidence.form']],
];

async function requireFound(tampering: Tampering, job: string, sources: Sources): Promise<void> {
  const { path, what, value } = tampering;
  const checks = await collect(verifyJob(value as JobEvidence, domains, job, sources));
  const found = checks.filter(({ state }) => state === 'failed').map(({ id }) => id);
  const wanted = ['evidence.form', ...finders.find(([pattern]) => pattern.test(path))![1]];
  assert.ok(
    found.some(id => wanted.includes(id)),
    `${job} ${path} ${what}: found by ${found.join(', ') || 'nothing'}, wanted ${wanted.join(' or ')}`,
  );
  assert.ok(checks.every(check => check.job === job));
}

describe('whatever is changed in the evidence of a job, the check it concerns finds it', () => {
  const jobs: [string, JobEvidence, Sources][] = [
    ['training', passport.training, world.sources],
    ['predictions', predictions, world.sources],
    ['metrics on rows held back', heldBack.evaluation.metrics, heldBack.world.sources],
  ];
  for (const [job, evidence, sources] of jobs) {
    test(`in ${job}`, async () => {
      let count = 0;
      for (const tampering of tamperings(evidence)) {
        await requireFound(tampering, job, sources);
        count++;
      }
      assert.ok(count > 100, `${count} changes`);
    });
  }
});

describe('whatever is changed in what the owner of the data agreed to, or was told,', () => {
  const failedOf = async (evidence: JobEvidence) =>
    names(await collect(verifyJob(evidence, domains, 'job', world.sources)), 'failed');

  test('in the job, by requester and custodian together, is found: the permission was for another', async () => {
    let count = 0;
    const { seed, ...draft } = study.plans.training.manifest;
    for (const { path, what, value } of tamperings(draft)) {
      const manifest = readAgain({ ...(value as Manifest), seed });
      // The draw is the permission's own: it has a check of its own.
      if (!manifest || path === 'timeMs') continue;
      const failed = await failedOf(await makeJob(world, { ...study.plans.training, manifest }));
      assert.ok(failed.includes('job/grant.terms'), `${path} ${what}`);
      count++;
    }
    assert.ok(count > 20, `${count} changes`);
    const { grant } = study.plans.training;
    const { timeMs, seed: drawn } = drawOfUse(grant!.message, 0);
    for (const draw of [{ timeMs: timeMs + 1 }, { seed: flipped(drawn, 5, 1) }]) {
      assert.deepEqual(await failedOf(await makeJob(world, { ...study.plans.training, draw })), [
        'job/grant.draw',
      ]);
    }
  });

  test('in the verdict, by the custodian itself, is found, but for what only owner and auditor can open', async () => {
    const honest = decodeNode(world.blobs.get(passport.training.verdict!)!) as Verdict;
    for (const { path, what, value } of tamperings(honest)) {
      const verdict = value as Verdict;
      if (what === 'left out' && !path.includes('.')) {
        const given = Object.fromEntries([[path, undefined]]) as Partial<Verdict>;
        await assert.rejects(makeJob(world, { ...study.plans.training, verdict: given }), path);
        continue;
      }
      const failed = await failedOf(await makeJob(world, { ...study.plans.training, verdict }));
      // A record may have been rewritten since; which one it was, a passport tells.
      if (path === 'sealed' || (path === 'record' && what === 'altered')) assert.deepEqual(failed, [], path);
      else
        assert.ok(
          failed.some(name => /verdict\.(bytes|bits|word|outputs|policy)/.test(name)),
          `${path} ${what}: ${failed.join(', ')}`,
        );
    }
  });
});

/** The manifest as it is read from its bytes; undefined where it is none. */
function readAgain(manifest: Manifest): Manifest | undefined {
  try {
    return decodeManifest(encodeManifest(manifest));
  } catch {
    return undefined;
  }
}

test('an evaluation passed off as one of the other kind is found', async () => {
  const { data } = study.evaluation;
  const wrong = [
    { ...heldBack.evaluation, data },
    { data, metrics },
    { heldBack: '7', predictions, metrics },
    { heldBack: '7', metrics },
    { heldBack: '7', metrics: predictions },
    { data, predictions: heldBack.evaluation.metrics, metrics: heldBack.evaluation.metrics },
  ];
  for (const evaluation of wrong) {
    const wire = toWire({ ...passport, evaluations: [evaluation] });
    const blob = async (asked: Cid) => world.blobs.get(asked) ?? heldBack.world.blobs.get(asked);
    const checks = await collect(verifyPassport(encodeNode(wire), cidOfNode(wire), { blob }));
    const kinds = /passport\.form|link\.(model|rows|predictions)/;
    assert.ok(
      names(checks, 'failed').some(name => kinds.test(name)),
      Object.keys(evaluation).join(', '),
    );
  }
});

test('whatever is changed in a passport by its own publisher fails, but for what is only the publisher’s word', async () => {
  const word = /^(name|createdAt)$/;
  const { training: _, evaluations: __, ...own } = passport;
  for (const { path, what, value } of tamperings({ ...own, evaluations: [] })) {
    const changed = {
      ...(value as object),
      training: passport.training,
      ...(path.startsWith('evaluations') ? {} : { evaluations: [] }),
    };
    const wire = JSON.parse(JSON.stringify(changed, (_, it) => (typeof it === 'bigint' ? `${it}` : it)));
    const name = cidOfNode(wire);
    const checks = await collect(
      verifyPassport(encodeNode(wire), name, {
        ...world.sources,
        model: async () => ({ passport: digestOfCid(name), publisher: parties.researcher.address }),
      }),
    );
    const found = names(checks, 'failed');
    if (word.test(path) && what === 'altered') assert.deepEqual(found, [], path);
    else assert.notDeepEqual(found, [], `${path} ${what}`);
  }
});

test('a passport that leaves out an evaluation is not the one on chain', async () => {
  const wire = JSON.parse(
    JSON.stringify({ ...passport, evaluations: [] }, (_, it) => (typeof it === 'bigint' ? `${it}` : it)),
  );
  const checks = await collect(verifyPassport(encodeNode(wire), cidOfNode(wire), world.sources));
  assert.deepEqual(names(checks, 'failed'), ['passport/model.registered']);
});

test('one altered byte of any blob is found, by the check that names it', async () => {
  const concerned = new Map<Cid, RegExp>([
    [passport.training.verdict!, /^training\/verdict\.bytes$/],
    [passport.model, /^training\/output\.model\.onnx$/],
    [study.evaluation.data, /^predictions\/input\.table\.safetensors$/],
    [predictions.manifest, /^predictions\/manifest\.bytes$/],
    [metrics.outputs[0]!.cid, /^metrics\/output\.metrics\.json$/],
    [passport.datasets[0]!.metadata, /^passport\/dataset\.7\.metadata$/],
    [cidOfDigest(passport.training.grant!.message.policy, DAG_CBOR), /^training\/policy\.bytes$/],
  ]);
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...blobs),
      fc.nat(),
      fc.integer({ min: 1, max: 255 }),
      async (blob, at, mask) => {
        const [altered, content] = blob;
        const sources: Sources = {
          ...world.sources,
          blob: async name => (name === altered ? flipped(content, at, mask) : world.blobs.get(name)),
        };
        const failed = names(await collect(verifyPassport(bytes, cid, sources)), 'failed');
        assert.notDeepEqual(failed, [], toHex(parseCid(altered).digest));
        const wanted = concerned.get(altered);
        if (wanted)
          assert.ok(
            failed.some(name => wanted.test(name)),
            `${wanted} in ${failed.join(', ')}`,
          );
      },
    ),
    { numRuns: cases(12, 100) },
  );
});

test('one altered byte of the passport is found', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(), fc.integer({ min: 1, max: 255 }), async (at, mask) => {
      const checks = await collect(
        verifyPassport(flipped(bytes, at, mask), cid, {
          blob: world.sources.blob,
          recover: world.sources.recover!,
        }),
      );
      assert.ok(names(checks, 'failed').includes('passport/passport.bytes'));
    }),
    { numRuns: cases(8, 50) },
  );
});

test('no evidence, however malformed, makes a check throw', async () => {
  const garbage = fc.oneof(
    fc.anything(),
    fc.object().map(it => ({ ...passport.training, ...it })),
  );
  await fc.assert(
    fc.asyncProperty(garbage, fc.uint8Array({ maxLength: 200 }), async (evidence, noise) => {
      const job = await collect(verifyJob(evidence as JobEvidence, domains, 'job', world.sources));
      assert.ok(job.length > 0);
      const whole = await collect(verifyPassport(noise, cid, world.sources));
      assert.ok(names(whole, 'failed').length > 0);
    }),
    { numRuns: cases(12, 100) },
  );
  const nowhere = await collect(verifyJob(predictions, {} as never, 'job', world.sources));
  assert.ok(names(nowhere, 'failed').includes('job/order.signature'));
  const unnamed = await collect(verifyPassport(bytes, 'not a name', world.sources));
  assert.ok(names(unnamed, 'failed').includes('passport/passport.bytes'));
});
