import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';
import type { RunRequest, StudyRequest, TrainRequest } from '@koinon/api';
import {
  inTime,
  type PublishChanges,
  privateStudy,
  type SeededNetwork,
  seededNetwork,
} from '@koinon/node/testing';
import { boundOf } from '@koinon/privacy';
import { decodeManifest, type Quote, utf8 } from '@koinon/protocol';
import { COHORT_TARGET, syntheticCohort } from '@koinon/tabular';
import { lookUpDataset } from './lookUpDataset.ts';
import { planTraining } from './planTraining.ts';
import type { Study } from './studyBook.ts';

/** Programs that nobody gets to run here. */
const programs = new Map(
  ['tabular-logistic', 'tabular-evaluate'].map(name => [name, utf8.encode(name)] as const),
);
const csv = syntheticCohort({ rows: 800, seed: 7 });
const { signal } = new AbortController();

describe('what is asked of a data owner', () => {
  let network: SeededNetwork;
  const test = inTime(() => network);
  before(async () => {
    network = await seededNetwork(11);
    await network.crash('researcher');
    await network.start('researcher', { programs });
  });
  after(() => network.stop());

  const requests = () => network.member('hospital').node.port('custody').grants.list();
  const settle = async (request: StudyRequest): Promise<Study> => {
    const studies = network.member('researcher').node.port('studies');
    return studies.settled(studies.begin(request));
  };
  const training = async (
    changes: PublishChanges = {},
    request: Partial<TrainRequest> = {},
  ): Promise<TrainRequest> => {
    const { id } = await network.publish(csv, COHORT_TARGET, changes);
    return { kind: 'train', dataset: id, purpose: 'Research.', name: 'heart', ...request };
  };
  const quote = (study: StudyRequest): Promise<Quote> => {
    const { node } = network.member('researcher');
    return node.port('studies').quote({ study, fuel: 0n, assurance: { kind: 'replay' } }, signal);
  };
  const lookUp = async ({ dataset }: TrainRequest) =>
    lookUpDataset(network.member('researcher').node.ports, dataset, signal);

  test('is held against the policy by who asks: what it does not allow is never sent', async () => {
    const study = (await privateStudy(network)) as RunRequest;
    const { blobs } = network.member('researcher').store;
    const beside = { cid: await blobs.put(utf8.encode('a public file'), 'public') };
    const before = requests().length;
    const { state, failure } = await settle({
      ...study,
      inputs: [...study.inputs, { name: 'x', source: beside }],
    });
    assert.deepEqual([state, failure?.code], ['failed', 'K_TERMS_REFUSED']);
    assert.match(failure!.message, /nothing was sent\. Input "x" is a file of the requester's/);
    assert.match(failure!.next!, /Leave it out/);
    assert.equal(requests().length, before);
  });

  test('names all that the policy refuses, in a quote too', async () => {
    const study = (await privateStudy(network)) as RunRequest;
    const greedy: RunRequest = {
      ...study,
      params: { target: 'age' },
      outputs: [...study.outputs, { name: 'two.json', class: 'metrics', maxBytes: 4096 }],
    };
    await assert.rejects(quote(greedy), {
      code: 'K_TERMS_REFUSED',
      message: /2 files of class metrics.*"age" is a column of numbers/,
    });
  });

  test('is not whether to train where the test of the model would be refused', async () => {
    const request = await training({ policy: { candidates: false } }, { privateTest: true });
    const before = requests().length;
    assert.equal((await settle(request)).failure?.code, 'K_TERMS_REFUSED');
    assert.equal(requests().length, before);
  });

  test('is both questions at once, and nothing is run, or paid, before both are answered yes', async () => {
    const request = await training({ autoApprove: false }, { privateTest: true });
    const { node } = network.member('hospital');
    const jobs = node.port('work').jobs.list().length;
    const studies = network.member('researcher').node.port('studies');
    const workflows = network.member('researcher').node.kernel.workflows;
    const study = studies.begin(request);
    await new Promise<void>(resolve => {
      const stop = workflows.changes.add(({ name, status }) => {
        if (name !== 'measure.permission.asked' || status !== 'done') return;
        stop();
        resolve();
      });
    });
    const asked = node
      .port('custody')
      .grants.list()
      .filter(({ status }) => status === 'pending');
    const rowsOf = ({ manifest }: (typeof asked)[number]) =>
      decodeManifest(manifest).inputs.flatMap(({ source }) =>
        'dataset' in source ? [source.dataset.rows] : [],
      )[0];
    assert.deepEqual(asked.map(rowsOf).sort(), ['held-back', 'training']);
    const first = asked.find(each => rowsOf(each) === 'training')!;
    await node.port('custody').grants.approve(first.digest, first.request.message);
    await node
      .port('custody')
      .grants.deny(asked.find(each => rowsOf(each) === 'held-back')!.digest, 'Not these.');
    const { failure } = await studies.settled(study);
    assert.equal(failure?.code, 'K_GRANT_DENIED');
    assert.equal(node.port('work').jobs.list().length, jobs);
  });

  test('is quoted before: each job on private rows with its bits, what they are made of, and the caps', async () => {
    const request = await training({}, { privateTest: true });
    const dataset = await lookUp(request);
    const plan = planTraining(network.member('researcher').node.kernel, request, dataset);
    const { release, workAmount } = await quote(request);
    assert.deepEqual(
      release?.jobs,
      [plan.train, plan.measure!].map((manifest, i) => ({
        job: ['train', 'measure'][i],
        ...boundOf(dataset.policy, manifest, dataset.description)!,
      })),
    );
    assert.deepEqual(release?.caps, dataset.policy.bits);
    const { amount, dryRunAmount } = dataset.policy;
    assert.equal(BigInt(workAmount), 2n * (amount + dryRunAmount));
    const inPublic = await quote({ ...request, privateTest: false });
    assert.deepEqual(
      inPublic.release?.jobs.map(({ job }) => job),
      ['train'],
    );
    assert.equal((await quote(await privateStudy(network))).release?.jobs[0]?.job, 'run');
  });

  test('says where the model is tested: on rows held back where that is asked for, or where none is public', async () => {
    const node = network.member('researcher').node;
    const plan = async (changes: PublishChanges, extra: Partial<TrainRequest> = {}) => {
      const request = await training(changes, extra);
      return planTraining(node.kernel, request, await lookUp(request));
    };
    assert.ok((await plan({})).testTable);
    assert.ok((await plan({ publicShare: 0 })).measure);
    const asked = await plan({}, { privateTest: true });
    assert.deepEqual([asked.testTable, asked.measure?.outputs[0]?.class], [undefined, 'evaluation']);
    const none = { code: 'K_TRAIN_INCOMPLETE' };
    await assert.rejects(plan({ publicShare: 0, heldBackShare: 0 }), none);
    await assert.rejects(plan({ heldBackShare: 0 }, { privateTest: true }), none);
  });
});
