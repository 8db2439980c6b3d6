import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  type Cid,
  cidOfBlob,
  cidOfNode,
  encodeNode,
  fileList,
  fileListDigest,
  type Hex,
  KoinonError,
  statementDigest,
  stepOutcomeDigest,
  toWire,
  utf8,
} from '@koinon/protocol';
import { domainsOf, exportBundle } from '../bundle/bundle.ts';
import { gatherBlobs } from '../bundle/gatherBlobs.ts';
import { verifyBundle } from '../bundle/verifyBundle.ts';
import { traceRootOf } from '../job/traceRootOf.ts';
import type { Sources, StepResult } from '../sources.ts';
import { makeJob } from '../testing/makeJob.ts';
import { digestOf, domains } from '../testing/parties.ts';
import { collect, makeStudy, names } from '../testing/world.ts';
import { verifyJob } from '../verifyJob.ts';
import { disputedStep } from './disputeEvidence.ts';
import { isStepOf } from './isStepOf.ts';
import { verifyStep } from './verifyStep.ts';

const study = await makeStudy();
const { world, plans } = study;
/** What every honest replay of the job comes to, step by step. */
const right = Array.from({ length: 5 }, (_, i) => digestOf(`state ${i}`));
const wrong = right.map((root, i) => (i >= 2 ? digestOf(`wrong ${i}`) : root));
const honest = { ...plans.metrics.result, traceRoot: traceRootOf(right), stepRoots: right };
const end = {
  exitCode: honest.exitCode,
  fuel: honest.fuel,
  rawOutput: fileListDigest(fileList(honest.outputs)),
};

function stepOf(index: number): StepResult {
  return {
    ...(index === 0 ? {} : { before: right[index - 1]! }),
    stateRoot: right[index]!,
    ...(index === right.length - 1 ? { end } : {}),
  };
}

const jobOf = (roots: readonly Hex[], outputs = honest.outputs) =>
  makeJob(world, {
    ...plans.metrics,
    order: { nonce: digestOf(`order of ${roots.join()} ${outputs.size}`) },
    result: { ...honest, outputs, traceRoot: traceRootOf(roots) },
  });
const sourcesFor = (roots?: readonly Hex[]): Sources => ({
  ...world.sources,
  replay: async () => honest,
  replayStep: async (_, { index }) => stepOf(index),
  ...(roots ? { trace: async () => roots } : {}),
});
const stepCheck = async (evidence: Parameters<typeof verifyStep>[0], index: number, sources: Sources) =>
  (await collect(verifyStep(evidence, domains, index, sources))).find(({ id }) => id === 'step.replay')!;

describe('a single step, replayed alone', () => {
  test('of honest work ends as committed, the first and the last one too', async () => {
    const evidence = await jobOf(right);
    for (const index of [0, 2, 4]) {
      const checks = await collect(verifyStep(evidence, domains, index, sourcesFor(right)));
      assert.deepEqual(names(checks, 'failed'), []);
      assert.equal(checks.find(({ id }) => id === 'step.replay')!.state, 'ok');
    }
  });

  test('of false work ends elsewhere, and both ends are named', async () => {
    const evidence = await jobOf(wrong);
    const { state, detail } = await stepCheck(evidence, 2, sourcesFor(wrong));
    assert.equal(state, 'failed');
    assert.match(detail, /From the same state it ends here in/);
    assert.ok(detail.includes(right[2]!.slice(0, 10)) && detail.includes(wrong[2]!.slice(0, 10)));
    const later = await stepCheck(evidence, 3, sourcesFor(wrong));
    assert.match(later.detail, /They part at an earlier step/);
  });

  test('is found by the replay of the whole job, which names the first step that differs', async () => {
    const evidence = await jobOf(wrong);
    const checks = await collect(verifyJob(evidence, domains, 'job', sourcesFor(wrong)));
    assert.match(checks.find(({ id }) => id === 'replay')!.detail, /otherwise is step 2 of 5/);
  });

  test('with a file altered after it ends in the same state and is still wrong', async () => {
    const evidence = await jobOf(right, new Map([['metrics.json', utf8.encode('better')]]));
    const { state, detail } = await stepCheck(evidence, 4, sourcesFor(right));
    assert.equal(state, 'failed');
    assert.match(detail, /ends in the same state, with other files/);
    const checks = await collect(verifyJob(evidence, domains, 'job', sourcesFor(right)));
    assert.match(checks.find(({ id }) => id === 'replay')!.detail, /altered after the last one/);
  });

  test('is not believed to be another’s: states that are not the signed ones, and steps that are not there, fail', async () => {
    const evidence = await jobOf(right);
    const checks = await collect(verifyStep(evidence, domains, 2, sourcesFor(wrong)));
    assert.deepEqual(names(checks, 'failed'), ['step 2/step.trace']);
    const beyond = await collect(verifyStep(evidence, domains, 7, sourcesFor(right)));
    assert.ok(names(beyond, 'failed').includes('step 7/step.trace'));
  });

  test('whose states nobody has is compared with what was claimed before the court', async () => {
    const evidence = await jobOf(wrong);
    const own = stepOutcomeDigest({ stateRoot: right[2]! });
    const finding = {
      outcome: 'convicted' as const,
      ground: 'jury' as const,
      step: 2n,
      claimed: stepOutcomeDigest({ stateRoot: wrong[2]! }),
      majority: own,
    };
    const sources = { ...sourcesFor(), court: async () => finding };
    const { state, detail } = await stepCheck(evidence, 2, sources);
    assert.equal(state, 'failed');
    assert.match(detail, /the jury found the same as this machine/);
    assert.equal((await stepCheck(evidence, 2, sourcesFor())).state, 'skipped');
  });

  test('that this machine cannot run proves nothing; a state that does not fit proves a false one', async () => {
    const evidence = await jobOf(right);
    const failing = (code: `K_${string}`): Sources => ({
      ...sourcesFor(right),
      replayStep: async () => {
        throw new KoinonError({ code, message: 'No.', fault: 'platform' });
      },
    });
    assert.equal((await stepCheck(evidence, 2, failing('K_RUNTIME_HOST'))).state, 'skipped');
    assert.equal((await stepCheck(evidence, 2, failing('K_STEP_STATE_MISMATCH'))).state, 'failed');
  });
});

test('a step stands in its trace and in no other, at its place and at no other', () => {
  const trace = traceRootOf(right);
  for (const index of right.keys()) {
    const step = disputedStep(right, index)!;
    assert.ok(isStepOf(trace, step));
    assert.ok(!isStepOf(traceRootOf(wrong), step));
    assert.ok(!isStepOf(trace, { ...step, root: digestOf('other') }));
    assert.ok(!isStepOf(trace, { ...step, index: (index + 1) % right.length }));
    if (index > 0) assert.ok(!isStepOf(trace, { ...step, previousRoot: digestOf('other') }));
  }
  assert.equal(disputedStep(right, right.length), undefined);
});

describe('a bundle with a disputed step', () => {
  const made = async (roots: readonly Hex[], index: number, change: object = {}) => {
    const evidence = await jobOf(roots);
    const root = cidOfNode(toWire(evidence));
    const state = utf8.encode('the state before');
    const shown = {
      koinon: 'dispute/1',
      receipt: statementDigest('Receipt', evidence.receipt.message, domains),
      step: disputedStep(roots, index),
      state: cidOfBlob(state),
      court: { outcome: 'convicted', ground: 'jury', dispute: digestOf('dispute') },
      ...change,
    };
    const dispute = cidOfNode(shown);
    const blobs = new Map<Cid, Uint8Array>([
      ...(await gatherBlobs({ evidence }, world.sources)),
      [root, encodeNode(toWire(evidence))],
      [dispute, encodeNode(shown)],
      [cidOfBlob(state), state],
    ]);
    return exportBundle({ root, domains: domainsOf(evidence, domains), dispute, blobs });
  };
  const alone: Partial<Sources> = {
    replayStep: async (_, { index, from, fromRoot }) => {
      assert.deepEqual(from, utf8.encode('the state before'), 'it begins from the state in the file');
      assert.equal(fromRoot, right[index - 1]);
      return stepOf(index);
    },
  };

  test('convicts offline: the step is replayed from the state in the file', async () => {
    const checks = await collect(verifyBundle(await made(wrong, 2), alone));
    assert.deepEqual(names(checks, 'failed'), ['dispute/step.replay']);
    assert.match(checks.find(({ id }) => id === 'dispute.court')!.detail, /Only the chain can tell/);
  });

  test('of honest work shows that the accusation was false', async () => {
    const checks = await collect(verifyBundle(await made(right, 2), alone));
    assert.deepEqual(names(checks, 'failed'), []);
    assert.equal(checks.find(({ id }) => id === 'step.replay')!.state, 'ok');
  });

  test('with a step of other work, or none, is told', async () => {
    const foreign = await collect(verifyBundle(await made(right, 2, { receipt: digestOf('other') }), alone));
    assert.deepEqual(names(foreign, 'failed'), ['dispute/step.trace']);
    const forged = { ...disputedStep(right, 2)!, root: wrong[2]! };
    const framed = await collect(verifyBundle(await made(right, 2, { step: forged }), alone));
    assert.ok(names(framed, 'failed').includes('dispute/step.trace'));
    const none = await collect(verifyBundle(await made(right, 2, { step: 'none' }), alone));
    assert.deepEqual(names(none, 'failed'), ['dispute/dispute.form']);
  });
});
