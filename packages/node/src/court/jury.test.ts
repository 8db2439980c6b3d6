import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tamperOutput } from '../process/tamperOutput.ts';
import { auditedJob, courtNetwork, jurors, stakeOf } from '../testing/courtNetwork.ts';
import { until } from '../testing/observe.ts';
import type { SeededNetwork } from '../testing/seededNetwork.ts';

async function withNetwork(seed: number, body: (network: SeededNetwork) => Promise<void>): Promise<void> {
  const network = await courtNetwork(seed);
  try {
    await body(network);
  } finally {
    await network.stop();
  }
}

const decided = (network: SeededNetwork, patienceMs?: number) =>
  until(async () => {
    const disputes = await network.chain.connect().court.disputes();
    return disputes.filter(({ outcome }) => outcome !== 'open');
  }, patienceMs);

test('one altered byte goes to the court by itself, and costs the stake', async () => {
  await withNetwork(101, async network => {
    await network.crash('alder');
    await network.start('alder', { alterResult: tamperOutput });
    const receipt = await auditedJob(network);
    const [dispute] = await decided(network);
    assert.equal(dispute?.outcome, 'convicted');
    assert.equal(dispute?.receipt, receipt);
    assert.equal(dispute?.step, 2n);
    await until(async () => ((await stakeOf(network, 'alder')) === 0n ? [true] : []));
    for (const name of jurors) assert.equal(await stakeOf(network, name), 10n ** 21n, name);
  });
});
