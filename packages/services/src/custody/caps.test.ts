import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';
import {
  figuresDraft,
  inTime,
  ordered,
  privateOrder,
  type SeededNetwork,
  type Submission,
  seededNetwork,
} from '@koinon/node/testing';
import { statementDigest, toHex } from '@koinon/protocol';
import { COHORT_TARGET, syntheticCohort } from '@koinon/tabular';
import type { HeldDataset } from './datasetBook.ts';

/** Keys of one and the same attacker, for all the custodian knows. */
const COLLUDING = ['researcher', 'birch', 'alder'];

describe('the caps on what leaves', () => {
  let network: SeededNetwork;
  const it = inTime(() => network);
  before(async () => {
    network = await seededNetwork(77);
  });
  after(() => network.stop());

  const hospital = () => network.member('hospital').node;
  const digest = ({ order }: Submission) =>
    statementDigest('Order', order.message, hospital().ports.deployment);

  /** An order of each, granted while there was room, and the bits of one; then room for so many bits is left this year. */
  async function orders(roomFor: (bits: number) => number) {
    const dataset: HeldDataset = await network.publish(
      syntheticCohort({ rows: 400, seed: 7 }),
      COHORT_TARGET,
    );
    const submissions: Submission[] = [];
    let bits = 0;
    for (const by of COLLUDING) {
      const given = await privateOrder(
        network,
        dataset,
        await figuresDraft(network, dataset, {}, { by }),
        by,
      );
      submissions.push(given.submission);
      bits = Number(given.grant.message.bits);
    }
    charge(dataset, toHex(hospital().ports.random()), dataset.policy.bits.year - roomFor(bits));
    return { dataset, submissions, bits };
  }

  function charge({ id }: HeldDataset, by: `0x${string}`, bits: number): void {
    const { ports } = hospital();
    const { ledger } = hospital().port('custody');
    const requester = toHex(new Uint8Array(20).fill(7));
    ledger.charge({ by, dataset: id, requester, bits, atMs: ports.clock.nowMs() });
  }

  const place = (submission: Submission) => {
    const { requester } = submission.order.message;
    const by = COLLUDING.find(name => network.member(name).operator === requester)!;
    return ordered(network.member(by).node.ports, submission);
  };

  it('let one of several colluding requesters through where there is room for one, however they race', async () => {
    const { dataset, submissions } = await orders(bits => 2 * bits - 1);
    const before = hospital().port('custody').ledger.list(dataset.id).length;
    const outcomes = await Promise.allSettled(submissions.map(place));
    const refusals = outcomes.flatMap(outcome => (outcome.status === 'rejected' ? [outcome.reason] : []));
    assert.equal(refusals.length, 2);
    for (const refusal of refusals) assert.match(String(refusal), /bits in a year/);
    assert.equal(
      hospital().port('custody').ledger.list(dataset.id).length,
      before + 1,
      'who was refused was charged nothing',
    );
  });

  it('charge an order once, though its custodian fell between the charge and taking it on', async () => {
    const { dataset, submissions, bits } = await orders(bits => 2 * bits - 1);
    // What the custodian then finds in its books: the charge, and no order.
    charge(dataset, digest(submissions[0]!), bits);
    const before = hospital().port('custody').ledger.list(dataset.id).length;
    await network.crash('hospital');
    await network.start('hospital');
    await assert.rejects(place(submissions[1]!), /bits in a year/);
    assert.equal((await place(submissions[0]!)).state, 'sealed');
    assert.equal(hospital().port('custody').ledger.list(dataset.id).length, before);
  });

  it('count a job that fails like one that does not, and give nothing back', async () => {
    const { dataset, submissions, bits } = await orders(bits => 2 * bits - 1);
    await network.crash('hospital');
    const run = () => Promise.reject(new Error('out of luck'));
    await network.start('hospital', { executor: { run } });
    const { total: before } = hospital()
      .port('custody')
      .ledger.charged(dataset.id, hospital().ports.signer.address, 0);
    assert.equal((await place(submissions[0]!)).state, 'failed');
    const { total } = hospital()
      .port('custody')
      .ledger.charged(dataset.id, hospital().ports.signer.address, 0);
    assert.equal(total, before + bits);
    await assert.rejects(place(submissions[1]!), /bits in a year/);
  });
});
