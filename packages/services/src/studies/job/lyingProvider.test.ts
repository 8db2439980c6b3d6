import assert from 'node:assert/strict';
import { test } from 'node:test';
import { alterAnswers, publicStudy, type SeededNetwork, withNetwork } from '@koinon/node/testing';
import { cidOfBytes, fileList, type JobAnswer, utf8 } from '@koinon/protocol';
import { fetchOutputs } from './checkReceipt.ts';

/** The provider that equal prices choose. */
const firstByAddress = (network: SeededNetwork) =>
  ['alder', 'birch'].sort((a, b) => (network.member(a).operator < network.member(b).operator ? -1 : 1))[0]!;

async function studyWithLiar(seed: number, lie: (answer: JobAnswer) => JobAnswer, other: Uint8Array) {
  return withNetwork(seed, async network => {
    const worker = firstByAddress(network);
    await network.crash(worker);
    await network.member('researcher').store.blobs.put(other, 'public');
    const alter = async (answer: () => Promise<JobAnswer>) => lie(await answer());
    const liar = await network.start(worker, {
      overNetwork: alterAnswers({ 'order.submit': alter, 'job.status': alter }),
    });
    await liar.store.blobs.put(other, 'public');
    const studies = network.member('researcher').node.port('studies');
    const channels = network.member('researcher').node.kernel.channels;
    const study = await studies.settled(studies.begin(await publicStudy(network)));
    assert.ok(channels.list().every(account => account.voucher === undefined));
    return study;
  });
}

const small = utf8.encode('a model nobody audited');

for (const [what, other] of [
  ['a small file', small],
  ['a file of several chunks', new Uint8Array(2 ** 20 + 1)],
] as const) {
  test(`outputs whose digest was audited are not taken under the name of ${what}`, async () => {
    const cid = cidOfBytes(other);
    const lie = (answer: JobAnswer): JobAnswer =>
      answer.outputs ? { ...answer, outputs: answer.outputs.map(file => ({ ...file, cid })) } : answer;
    const study = await studyWithLiar(41, lie, other);
    assert.equal(study.failure?.code, 'K_RECEIPT_WRONG', study.failure?.message);
  });
}

test('a large output is hashed as a whole, since its name is that of a list of chunks', async () => {
  await withNetwork(42, async network => {
    const ports = network.member('researcher').node.ports;
    const { operator: provider, store } = network.member('alder');
    const audited = new Uint8Array(2 ** 20 + 1);
    const other = new Uint8Array(2 ** 20 + 1).fill(1);
    const cid = await store.blobs.put(other, 'public');
    const [file] = fileList(new Map([['table.bin', audited]]));
    const received = { outputs: [{ ...file!, cid }] };
    const { signal } = new AbortController();
    await assert.rejects(fetchOutputs(ports, received, { provider, visibility: 'public', signal }), {
      code: 'K_RECEIPT_WRONG',
    });
  });
});

test('a provider that is for ever at work is left when the order has expired, and not asked in a tight loop', async () => {
  let questions = 0;
  const stall = (answer: JobAnswer): JobAnswer => {
    questions++;
    return { order: answer.order, state: 'running' };
  };
  const study = await studyWithLiar(43, stall, small);
  assert.equal(study.failure?.code, 'K_JOB_LATE', study.failure?.message);
  assert.ok(questions < 3700, `${questions} questions in an hour`);
});
