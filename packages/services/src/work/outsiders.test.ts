import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ExecutionJob, ExecutionResult, Executor } from '@koinon/executors';
import { ask, gatherInputs, releaseOutputs } from '@koinon/kernel';
import {
  figuresDraft,
  ordered,
  privateOrder,
  quickExecutor,
  type SeededNetwork,
  withNetwork,
} from '@koinon/node/testing';
import { FIRST_INSTANT_MS } from '@koinon/privacy';
import {
  cidOfBytes,
  decodeManifest,
  digestOfCid,
  KoinonError,
  manifestDigest,
  toHex,
  utf8,
} from '@koinon/protocol';
import { COHORT_TARGET, syntheticCohort } from '@koinon/tabular';
import type { HeldDataset } from '../custody/datasetBook.ts';
import { describeHeld } from '../custody/describeHeld.ts';
import { loadContent } from '../custody/loadContent.ts';

async function withHospital(
  seed: number,
  executor: (network: SeededNetwork) => Executor,
  body: (network: SeededNetwork, dataset: HeldDataset) => Promise<void>,
): Promise<void> {
  await withNetwork(seed, async network => {
    const dataset = await network.publish(syntheticCohort({ rows: 400, seed: 7 }), COHORT_TARGET);
    await network.crash('hospital');
    await network.start('hospital', { executor: executor(network) });
    await body(network, dataset);
  });
}

const honest = quickExecutor();

/** What a program that does what the small one does, and more, comes to. */
const also = (more: (job: ExecutionJob, result: ExecutionResult) => Promise<ExecutionResult>): Executor => ({
  ...honest,
  run: async (job, options) => more(job, await honest.run(job, options)),
});

test('a program that writes public files again hides none of them, and leaves no name behind to be asked for', async () => {
  const codebook = Array.from({ length: 8 }, (_, i) => utf8.encode(`page ${i} of a book that everybody has`));
  const secret = 0b10110010;
  let written: Uint8Array[] = [];
  const executor = also(async (_, result) => {
    // One bit for each page, and whatever is dear to the custodian on top.
    for (const [i, bytes] of written.entries()) result.outputs.set(`raw-${i}`, bytes);
    for (const [i, page] of codebook.entries()) if ((secret >> i) & 1) result.outputs.set(`page-${i}`, page);
    return result;
  });
  await withHospital(
    71,
    () => executor,
    async (network, dataset) => {
      const { blobs } = network.member('hospital').store;
      const pages = await Promise.all(codebook.map(page => blobs.put(page, 'public')));
      const known = [dataset.mock, dataset.metadata, dataset.publicTable!];
      written = await Promise.all(known.map(async cid => (await blobs.get(cid))!));
      const ports = network.member('researcher').node.ports;
      const { submission } = await privateOrder(network, dataset, await figuresDraft(network, dataset));
      const answer = await ordered(ports, submission);
      assert.deepEqual(
        answer.outputs?.map(({ name }) => name),
        ['metrics.json'],
      );

      const { network: birch } = network.member('birch').node.ports;
      const decoded = await Promise.all(
        pages.map(cid =>
          birch.fetchBlob(network.member('hospital').operator, cid, { maxBytes: 2 ** 20 }).then(
            () => 0,
            () => 1,
          ),
        ),
      );
      assert.deepEqual(decoded, new Array(8).fill(0), 'every page is there as before');
      for (const cid of known) assert.equal(blobs.visibility(cid), 'public');

      // And who guesses the whole private table, or a file that did not leave, finds neither by its name.
      const content = await network.member('hospital').node.ports.store.blobs.get(dataset.content);
      assert.equal(blobs.visibility(cidOfBytes(content!.slice(32))), undefined);
      const unsaid = utf8.encode('a file of nobody');
      written = [unsaid];
      await ordered(
        ports,
        (await privateOrder(network, dataset, await figuresDraft(network, dataset))).submission,
      );
      assert.equal(blobs.visibility(cidOfBytes(unsaid)), undefined);
    },
  );
});

test('whatever a requester asks, a private job answers at the instants of the grid and between them not', async () => {
  const sleeps = [20, 180];
  let sleepMs = 0;
  let wait: (ms: number) => Promise<void> = async () => {};
  const executor = also(async (_, result) => {
    await wait(sleepMs);
    return result;
  });
  await withHospital(
    72,
    network => {
      wait = ms => network.member('hospital').node.ports.clock.wait(ms, new AbortController().signal);
      return executor;
    },
    async (network, dataset) => {
      const ports = network.member('researcher').node.ports;
      const { operator, node } = network.member('hospital');
      for (const [i, ms] of sleeps.entries()) {
        sleepMs = ms;
        const draft = await figuresDraft(network, dataset, { params: { target: COHORT_TARGET, try: i } });
        const { submission, manifest } = await privateOrder(network, dataset, draft);
        // What leaves is known beforehand here: the executor makes it of the manifest and the rows.
        const { order } = await ask(ports.network, operator, 'order.submit', submission);
        const { createdAtMs } = node.port('work').jobs.get(order)!;
        const dueMs = createdAtMs + FIRST_INSTANT_MS;
        const cid = cidOfBytes(await metricsOf(network, dataset, manifest));
        const look = async () => {
          const again = { ...submission, order: { ...submission.order } };
          const [status, head, leaves, blob, submitted] = await Promise.all([
            ask(ports.network, operator, 'job.status', { order }),
            ask(ports.network, operator, 'log.leaves', { from: 0, max: 100 }),
            ask(ports.network, operator, 'log.head', {}).then(
              ({ head }) => head.message.size,
              () => 0n,
            ),
            ports.network.fetchBlob(operator, cid, { maxBytes: 2 ** 20 }).then(
              () => 'here',
              () => 'nowhere',
            ),
            ask(ports.network, operator, 'order.submit', again),
          ]);
          return JSON.stringify([status.state, head, leaves.toString(), blob, submitted.state]);
        };
        const first = await look();
        for (;;) {
          const beforeMs = ports.clock.nowMs();
          const now = await look();
          const afterMs = ports.clock.nowMs();
          if (afterMs < dueMs) assert.equal(now, first, `after ${beforeMs - createdAtMs} of ${ms} ms`);
          if (now !== first) {
            assert.ok(afterMs >= dueMs, `something was seen ${afterMs - createdAtMs} ms after acceptance`);
            break;
          }
        }
        assert.equal((await ask(ports.network, operator, 'job.status', { order })).state, 'sealed');
      }
    },
  );
});

/** What the gate makes of the small program's figures for this manifest. */
async function metricsOf(
  network: SeededNetwork,
  dataset: HeldDataset,
  manifest: Uint8Array,
): Promise<Uint8Array> {
  const ports = network.member('hospital').node.ports;
  const description = await describeHeld(ports.store, dataset);
  const decoded = decodeManifest(manifest);
  const inputs = await gatherInputs(
    ports,
    decoded,
    [network.member('researcher').operator],
    { description, content: ({ rows }) => loadContent(ports.store, dataset, rows) },
    new AbortController().signal,
  );
  const { outputs, exitCode } = await honest.run(
    { manifest: decoded, program: inputs.program, inputs: inputs.files },
    { maxRunMs: 60_000, maxMemoryBytes: 2 ** 30 },
  );
  const { files } = await releaseOutputs(
    ports,
    { manifest: decoded, exitCode, outputs, inputs: inputs.files, salt: toHex(new Uint8Array(32)) },
    { policy: dataset.policy, description, record: digestOfCid(dataset.metadata) },
  );
  return files.get('metrics.json')!;
}

test('a job that waited in line is told of by its own time, not by how long it waited', async () => {
  const begunMs = new Map<string, number>();
  let nowMs = (): number => 0;
  const executor: Executor = {
    ...honest,
    run: async (job, options) => {
      begunMs.set(manifestDigest(job.manifest), nowMs());
      return honest.run(job, options);
    },
  };
  await withHospital(
    78,
    network => {
      nowMs = () => network.member('hospital').node.ports.clock.nowMs();
      return executor;
    },
    async (network, dataset) => {
      const ports = network.member('researcher').node.ports;
      const submissions = [];
      for (let i = 0; i < 12; i++) {
        const draft = await figuresDraft(network, dataset, { params: { target: COHORT_TARGET, try: i } });
        submissions.push((await privateOrder(network, dataset, draft)).submission);
      }
      const heldMs = await Promise.all(
        submissions.map(async submission => {
          await ordered(ports, submission);
          return nowMs() - begunMs.get(submission.order.message.manifest)!;
        }),
      );
      // Two slots and twelve jobs: by how long they waited, the last would be told of after eight seconds.
      assert.ok(Math.max(...heldMs) < 3_500, heldMs.join(', '));
    },
  );
});

test('a private job begins when another is seen to have ended, not when it has', async () => {
  const settled: number[] = [];
  let network: SeededNetwork | undefined;
  const executor: Executor = {
    ...honest,
    run: async (job, options) => {
      const jobs = network!.member('hospital').node.port('work').jobs;
      settled.push(jobs.list(['sealed', 'paid', 'failed']).length);
      return honest.run(job, options);
    },
  };
  await withHospital(
    73,
    seeded => {
      network = seeded;
      return executor;
    },
    async (_, dataset) => {
      const ports = network!.member('researcher').node.ports;
      const submissions = [];
      // The hospital has two slots, and the third has to wait for one.
      for (const place of [1, 2, 3]) {
        const draft = await figuresDraft(network!, dataset, { params: { target: COHORT_TARGET, place } });
        submissions.push((await privateOrder(network!, dataset, draft)).submission);
      }
      await Promise.all(submissions.map(submission => ordered(ports, submission)));
      assert.equal(settled.length, 3);
      assert.deepEqual(settled.slice(0, 2), [0, 0]);
      assert.ok(settled[2]! >= 1, 'it took a slot before anybody could know that one was free');
    },
  );
});

test('a failure that nobody is told of keeps its money bound, as an order under way does', async () => {
  await withHospital(
    74,
    () => honest,
    async (network, dataset) => {
      const jobs = network.member('hospital').node.port('work').jobs;
      const ports = network.member('hospital').node.ports;
      const { submission } = await privateOrder(network, dataset, await figuresDraft(network, dataset));
      const { order, state } = await ordered(network.member('researcher').node.ports, submission);
      assert.equal(state, 'sealed');
      const channel = ports.chain.escrow.channelId(submission.channel);
      assert.equal(jobs.openOnChannel(channel).length, 1);
      jobs.fail(order, { code: 'K_RUN_TIMEOUT', message: 'too slow' });
      assert.equal(jobs.openOnChannel(channel).length, 0, 'this one was told of');
      jobs.fail(order, { code: 'K_UNTOLD', message: 'too late' });
      assert.equal(jobs.openOnChannel(channel).length, 1);
    },
  );
});

test('an auditor whose replay of private work came to no end is not asked for another time that it ends', async () => {
  let replays = 0;
  await withHospital(
    75,
    () => honest,
    async (network, dataset) => {
      const run = () => {
        replays++;
        return Promise.reject(
          new KoinonError({ code: 'K_RUN_MEMORY', message: 'row 3 is large', fault: 'platform' }),
        );
      };
      await network.crash('hospital-audit');
      const auditor = await network.start('hospital-audit', { executor: { run } });
      const ports = network.member('researcher').node.ports;
      const { submission } = await privateOrder(network, dataset, await figuresDraft(network, dataset));
      await ordered(ports, submission);
      const receipt = network.member('hospital').node.port('work').jobs.list()[0]!.receiptDigest!;
      const question = { receipt, provider: network.member('hospital').operator };
      const answers = [];
      while (answers.length < 3) {
        const answer = await ask(ports.network, auditor.operator, 'audit.request', question).catch(
          // Its log is not anchored yet.
          () => ({ status: 'pending' as const }),
        );
        if (answer.status === 'refused') answers.push(answer);
        else await ports.clock.wait(100, new AbortController().signal);
      }
      assert.deepEqual(
        answers,
        new Array(3).fill({ status: 'refused', reason: 'The replay came to no end.' }),
      );
      assert.equal(replays, 1);
    },
  );
});
