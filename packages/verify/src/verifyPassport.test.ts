import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KoinonError } from '@koinon/protocol';
import { summarize } from './summarize.ts';
import { collect, makeStudy, names } from './testing/world.ts';
import { verifyPassport } from './verifyPassport.ts';

const study = await makeStudy();
const { bytes, cid, world } = study;

test('an honest passport fails no check and skips only what private rows forbid', async () => {
  const checks = await collect(verifyPassport(bytes, cid, world.sources));
  assert.deepEqual(names(checks, 'failed'), []);
  assert.deepEqual(names(checks, 'skipped'), ['training/execution.opening', 'training/replay']);
  const { state, sentence } = summarize(checks);
  assert.equal(state, 'ok');
  assert.match(sentence, /^Nothing wrong in \d+ checks\. 2 could not be made here/);
});

test('every check has a name of its own within its job, a sentence and a finding', async () => {
  const checks = await collect(verifyPassport(bytes, cid, world.sources));
  const seen = checks.map(({ job, id }) => `${job}/${id}`);
  assert.equal(new Set(seen).size, seen.length);
  for (const { title, detail } of checks) {
    assert.match(title, /^[A-Z].*\.$/);
    assert.match(detail, /^[A-Z“a-z0-9].*\.$/);
  }
  for (const wanted of [
    'passport/model.registered',
    'training/grant.signature',
    'training/audit.choice',
    'predictions/log.anchor',
    'predictions/audit.beacon',
    'metrics/replay',
    'metrics/link.predictions',
  ]) {
    assert.ok(seen.includes(wanted), wanted);
  }
});

test('without a chain or an executor nothing fails, and what could not be asked says so', async () => {
  const checks = await collect(verifyPassport(bytes, cid, { blob: world.sources.blob }));
  assert.deepEqual(names(checks, 'failed'), []);
  const skipped = names(checks, 'skipped');
  for (const job of ['training', 'predictions', 'metrics']) {
    assert.ok(skipped.includes(`${job}/log.anchor`));
    assert.ok(skipped.includes(`${job}/replay`));
  }
  assert.ok(skipped.includes('passport/model.registered'));
  assert.ok(skipped.includes('metrics/audit.beacon'));
});

test('a source that breaks skips what needed it and fails nothing', async () => {
  const broken = async () => {
    throw new KoinonError({ code: 'K_RPC_UNREACHABLE', message: 'No endpoint answers.', fault: 'chain' });
  };
  const checks = await collect(
    verifyPassport(bytes, cid, {
      ...world.sources,
      anchor: broken,
      dataset: broken,
      model: broken,
      block: broken,
      candidates: broken,
      replay: broken,
    }),
  );
  assert.deepEqual(names(checks, 'failed'), []);
  const anchor = checks.find(({ job, id }) => job === 'metrics' && id === 'log.anchor');
  assert.match(anchor!.detail, /could not be asked for: No endpoint answers/);
});

test('missing descriptions fail; other files that are not at hand are skipped', async () => {
  const only = new Set([study.passport.training.manifest]);
  const without = await collect(
    verifyPassport(bytes, cid, {
      ...world.sources,
      blob: async name => (only.has(name) ? undefined : world.blobs.get(name)),
    }),
  );
  assert.ok(names(without, 'failed').includes('training/manifest.bytes'));
  const bare = await collect(
    verifyPassport(bytes, cid, {
      ...world.sources,
      blob: async name =>
        Object.values(study.evaluation).some(it => typeof it === 'object' && it.manifest === name) ||
        only.has(name)
          ? world.blobs.get(name)
          : undefined,
    }),
  );
  assert.deepEqual(names(bare, 'failed'), []);
  assert.ok(names(bare, 'skipped').includes('training/verdict.bytes'));
});

test('no checks at all are no success', () => {
  assert.equal(summarize([]).state, 'failed');
});
