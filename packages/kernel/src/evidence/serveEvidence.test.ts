import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FULL_STAKE, stakeOf, withCourt, workedJob } from '@koinon/node/testing';
import { ask } from '../peers/ask.ts';

const STEPS = 5;

test('a trace is told a page at a time, the same roots in whatever pages, and nothing beyond its end', () =>
  withCourt(131, async network => {
    const receipt = await workedJob(network, { steps: STEPS });
    const { ports } = network.member('elm').node;
    const provider = network.member('alder').operator;
    const page = (from: number, max: number) =>
      ask(ports.network, provider, 'trace.get', { receipt, from, max });
    const { count, roots } = await page(0, 1024);
    assert.deepEqual([count, roots.length, new Set(roots).size], [STEPS, STEPS, STEPS]);
    for (let from = 0; from <= STEPS + 1; from++) {
      for (let max = 1; max <= STEPS + 1; max++) {
        assert.deepEqual(await page(from, max), { count, roots: roots.slice(from, from + max) });
      }
    }
    assert.deepEqual((await page(Number.MAX_SAFE_INTEGER, 1024)).roots, []);
  }));

test('a provider that stopped working still answers auditors and the court for what it signed', () =>
  withCourt(132, async network => {
    const receipt = await workedJob(network);
    await network.crash('alder');
    await network.start('alder', { services: { court: {} } });
    const { ports } = network.member('elm').node;
    const provider = network.member('alder').operator;
    await assert.rejects(ask(ports.network, provider, 'offer.get', {}), { code: 'K_METHOD_UNKNOWN' });
    const { receipt: signed, order } = await ask(ports.network, provider, 'audit.material', { receipt });
    assert.equal(signed.message.provider, provider);
    assert.ok((await ask(ports.network, provider, 'trace.get', { receipt, from: 0, max: 1 })).count > 0);
    const { court } = ports.chain;
    for (const what of ['opening', 'trace', 'preimage'] as const) {
      await court.demand(signed, order.message, what, 0n);
    }
    const settled = await network.until(async () => {
      const demands = await court.demands();
      return demands.every(({ outcome }) => outcome !== 'open') ? demands : [];
    });
    assert.deepEqual(new Set(settled.map(({ outcome }) => outcome)), new Set(['acquitted']));
    assert.equal(await stakeOf(network, 'alder'), FULL_STAKE);
  }));
