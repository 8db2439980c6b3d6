import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ask, systemClock } from '@koinon/kernel';
import { gateInWorkers } from '@koinon/kernel/host';
import { peerIdOfKey } from '@koinon/network';
import {
  handmadeRequest,
  listenOn,
  type Member,
  privateDraft,
  type SeededNetwork,
  seededNetwork,
} from '@koinon/node/testing';
import { type Hex, keySigner, sha256, toHex, utf8 } from '@koinon/protocol';
import { COHORT_TARGET, syntheticCohort } from '@koinon/tabular';

const STRANGERS = 66;
const REQUESTS = process.env['KOINON_NIGHTLY'] ? 1_000 : 300;
const FORGED: Hex = `0x${'11'.repeat(64)}1b`;

/** Bytes that a member keeps. */
function sizeOf({ name }: Member, network: SeededNetwork): number {
  const { database, files } = network.world.diskOf(name).backup();
  return database.length + [...files.values()].reduce((sum, { length }) => sum + length, 0);
}

test(`strangers with ${REQUESTS} large requests keep no researcher out, and nothing stands still`, async () => {
  const network = await seededNetwork(66);
  const gate = gateInWorkers(systemClock);
  const stops: (() => Promise<void>)[] = [];
  const story = async (): Promise<void> => {
    const published = await network.publish(syntheticCohort({ rows: 800, seed: 7 }), COHORT_TARGET);
    const dataset = { ...published, autoApprove: false };
    await network.crash('hospital');
    const hospital = await network.start('hospital', { gate });
    hospital.node.port('custody').datasets.add(dataset);
    const ports = network.member('researcher').node.ports;
    const served = await listenOn(hospital);
    stops.push(() => served.stop());
    const filler = (bytes: number) => privateDraft(dataset, { params: { target: 'x'.repeat(bytes) } });
    const [large, middling] = [
      // Longer than any manifest's parameters may be, so it is not even one.
      new Uint8Array(250_000),
      filler(60_000),
    ];
    const strangers = await Promise.all(
      Array.from({ length: STRANGERS }, async (_, i) => {
        const key = toHex(sha256(utf8.encode(`stranger ${i}`)));
        const signer = keySigner(key);
        if (i % 2 === 0) {
          await network.world.chain.fund(signer.address, { wei: 10n ** 19n });
          const chain = await network.world.chain.connect({ privateKey: key });
          await chain.nodes.register({ peerId: peerIdOfKey(key), roles: 0, owner: signer.address });
        }
        const connection = network.hub.join(signer.address, { privateKey: key });
        await connection.start();
        const asked = await handmadeRequest({ ...ports, signer }, hospital, dataset, {
          draft: middling,
          signature: FORGED,
        });
        return { connection, asked };
      }),
    );
    const bytesBefore = sizeOf(hospital, network);
    const codes = new Map<string, number>();
    let isOver = false;
    let sent = 0;
    // Whoever floods works in this process too, so no more at once than leave it time.
    const flood = Promise.all(
      Array.from({ length: 8 }, async () => {
        while (sent < REQUESTS) {
          const turn = sent++;
          const { connection, asked } = strangers[turn % STRANGERS]!;
          const { message } = asked.request;
          const request = { ...asked.request, message: { ...message, nonce: toHex(ports.random()) } };
          const manifest = Math.floor(turn / STRANGERS) % 2 === 0 ? middling : large;
          const { code } = await connection
            .request(hospital.operator, 'grant.request', { request, manifest })
            .then(() => ({ code: 'taken' }))
            .catch(error => error);
          codes.set(code, (codes.get(code) ?? 0) + 1);
        }
      }),
    ).then(() => {
      isOver = true;
    });

    const waitsMs: number[] = [];
    const watching = (async () => {
      while (!isOver) {
        const startedMs = performance.now();
        assert.equal((await served.ask('/api/status')).status, 200);
        waitsMs.push(performance.now() - startedMs);
      }
    })();
    const { digest, ...honest } = await handmadeRequest(ports, hospital, dataset);
    const answer = await ask(ports.network, hospital.operator, 'grant.request', honest);
    assert.equal(answer.status, 'pending');
    await Promise.all([flood, watching]);

    assert.deepEqual(
      [...codes.keys()].sort(),
      ['K_BAD_SIGNATURE', 'K_REQUEST_REFUSED', 'K_NOT_REGISTERED'].sort(),
    );
    assert.deepEqual(
      hospital.node
        .port('custody')
        .grants.list()
        .map(({ digest }) => digest),
      [digest],
    );
    assert.ok(Math.max(...waitsMs) < 1_000, `status took up to ${Math.max(...waitsMs)} ms`);
    const grown = sizeOf(hospital, network) - bytesBefore;
    assert.ok(grown < 20e6, `the database grew by ${grown} bytes`);
  };
  try {
    // Threads of the machine read what strangers sent, in the machine's time.
    await network.live(story, { isShared: true, factor: 1 });
  } finally {
    for (const stop of stops) await stop();
    await network.stop();
    await gate.close();
  }
});
