import assert from 'node:assert/strict';
import { connect, createServer } from 'node:net';
import { after, describe, test } from 'node:test';
import { bigEndian32, cidOfBytes, concatBytes, type Hex, type KoinonError } from '@koinon/protocol';
import type { Libp2p } from '@libp2p/interface';
import { multiaddr } from '@multiformats/multiaddr';
import { partsOf, patternBytes, sourceOf } from '../../test/blobs.ts';
import { hasCode, testKey } from '../../test/compliance.ts';
import { type Libp2pWorld, libp2pWorld } from '../../test/libp2pWorld.ts';
import { manualClock } from '../../test/manualClock.ts';
import { rawNode } from '../../test/rawNode.ts';
import { operatorOfKey, peerIdOfKey } from '../identity.ts';
import { BLOB_PROTOCOL, RPC_PROTOCOL } from '../wire.ts';

const worlds: Libp2pWorld[] = [];
const strangers: Libp2p[] = [];
after(async () => {
  await Promise.all([...worlds.map(world => world.close()), ...strangers.map(node => node.stop())]);
});

function newWorld(): Libp2pWorld {
  const world = libp2pWorld();
  worlds.push(world);
  return world;
}

async function stranger(...args: Parameters<typeof rawNode>): Promise<Libp2p> {
  const node = await rawNode(...args);
  strangers.push(node);
  return node;
}

/** Puts a stranger into the registry under its own key. */
function register(world: Libp2pWorld, keyNumber: number, node: Libp2p): Hex {
  const operator = operatorOfKey(testKey(keyNumber));
  const multiaddrs = node.getMultiaddrs().map(address => address.toString());
  world.records.set(operator, { operator, peerId: peerIdOfKey(testKey(keyNumber)), multiaddrs });
  return operator;
}

function addressOf(network: { multiaddrs(): string[] }) {
  return multiaddr(network.multiaddrs()[0]!);
}

const PATIENCE_MS = 120_000;

/** The outcome once it is a success: nodes hear of each other a moment after they connect. */
async function eventually<T>(attempt: () => Promise<T>): Promise<T> {
  const giveUpAtMs = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (performance.now() > giveUpAtMs) throw error;
      await new Promise(resolve => setImmediate(resolve));
    }
  }
}

describe('strangers on libp2p', () => {
  test('who send an oversized frame lose the stream, and nobody else notices', async () => {
    const world = newWorld();
    const [alice, bob] = [await world.join(1), await world.join(2)];
    bob.handle('echo', async payload => payload);
    const node = await stranger(66);
    const stream = await node.dialProtocol(addressOf(bob), RPC_PROTOCOL);
    const closed = new Promise(resolve => stream.addEventListener('close', resolve));
    stream.send(concatBytes(bigEndian32(0x7fffffff), bigEndian32(1), new Uint8Array(1000)));
    await closed;
    assert.equal(await alice.request(bob.operator, 'echo', 1), 1);
  });

  test('whose key is not secp256k1 are turned away', async () => {
    const world = newWorld();
    const bob = await world.join(2);
    const node = await stranger();
    await assert.rejects(async () => {
      const stream = await node.dialProtocol(addressOf(bob), RPC_PROTOCOL);
      await new Promise((_, reject) => stream.addEventListener('close', reject));
    });
    assert.deepEqual(bob.peers(), []);
  });

  test('cannot be taken for another node: not by the registry’s peer id, not by its address', async () => {
    const world = newWorld();
    const [alice, mallory] = [await world.join(1), await world.join(66)];
    mallory.handle('echo', async payload => payload);
    const victim = operatorOfKey(testKey(7));
    const malloryRecord = world.records.get(mallory.operator)!;
    world.records.set(victim, { ...malloryRecord, operator: victim });
    await assert.rejects(alice.request(victim, 'echo', 'for the victim'), hasCode('K_PEER_UNKNOWN'));
    for (const address of [
      malloryRecord.multiaddrs[0]!,
      malloryRecord.multiaddrs[0]!.replace(/\/p2p\/.*/, ''),
    ]) {
      world.records.set(victim, { operator: victim, peerId: peerIdOfKey(testKey(7)), multiaddrs: [address] });
      await assert.rejects(alice.request(victim, 'echo', 'for the victim'), hasCode('K_PEER_UNREACHABLE'));
    }
    assert.equal(await alice.request(mallory.operator, 'echo', 1), 1);
  });

  test('who flood are refused while others are served', async () => {
    const world = newWorld();
    const bob = await world.join(2, {
      clock: manualClock(),
      limits: { requestBurst: 10, requestsPerSecond: 1 },
    });
    const [alice, mallory] = [await world.join(1), await world.join(66)];
    bob.handle('echo', async payload => payload);
    const flood = await Promise.allSettled(
      Array.from({ length: 40 }, (_, i) => mallory.request(bob.operator, 'echo', i)),
    );
    const refused = flood.flatMap(outcome =>
      outcome.status === 'rejected' ? [outcome.reason as KoinonError] : [],
    );
    assert.equal(refused.length, 30);
    assert.ok(refused.every(({ code }) => code === 'K_RATE_LIMITED'));
    assert.equal(await alice.request(bob.operator, 'echo', 'in peace'), 'in peace');
  });

  test('who never answer are given up on, for requests and blobs', async () => {
    const world = newWorld();
    let asked = () => {};
    const node = await stranger(66, { [RPC_PROTOCOL]: () => asked(), [BLOB_PROTOCOL]: () => asked() });
    const clock = manualClock();
    const alice = await world.join(1, { clock, dht: false });
    const mallory = register(world, 66, node);
    const blob = patternBytes(10);
    for (const call of [
      () => alice.request(mallory, 'echo', 1, { timeoutMs: 5000 }),
      () => alice.fetchBlob(mallory, cidOfBytes(blob), { maxBytes: 10, timeoutMs: 5000 }),
    ]) {
      const arrived = new Promise<void>(resolve => {
        asked = resolve;
      });
      const outcome = assert.rejects(call(), hasCode('K_PEER_TIMEOUT'));
      await arrived;
      clock.advance(5000);
      await outcome;
    }
  });

  test('who close the blob stream half-way give nothing', async () => {
    const world = newWorld();
    const blob = patternBytes(1000);
    const node = await stranger(66, {
      [BLOB_PROTOCOL]: async stream => {
        stream.send(concatBytes(bigEndian32(1000), blob.subarray(0, 500)));
        await stream.close();
      },
    });
    const alice = await world.join(1, { dht: false });
    const mallory = register(world, 66, node);
    const fetching = alice.fetchBlob(mallory, cidOfBytes(blob), { maxBytes: 1000 });
    await assert.rejects(fetching, hasCode('K_PEER_UNREACHABLE'));
  });
});

describe('a node on libp2p', () => {
  test('finds through the DHT a node whose address the registry does not have, or has wrong', async () => {
    const world = newWorld();
    const hub = await world.join(1);
    const [alice, bob] = [await world.join(2), await world.join(3)];
    bob.handle('echo', async payload => payload);
    hub.handle('echo', async payload => payload);
    for (const node of [alice, bob]) await node.request(hub.operator, 'echo', 1);
    const record = world.records.get(bob.operator)!;
    for (const multiaddrs of [[], ['/ip4/127.0.0.1/tcp/1']]) {
      const seeker = await world.join(multiaddrs.length + 10);
      await seeker.request(hub.operator, 'echo', 1);
      world.records.set(bob.operator, { ...record, multiaddrs });
      assert.equal(await eventually(() => seeker.request(bob.operator, 'echo', 'found')), 'found');
    }
  });

  test('renews a connection that died unnoticed', async () => {
    const world = newWorld();
    const bob = await world.join(2);
    bob.handle('echo', async payload => payload);
    bob.serveBlobs(sourceOf(partsOf(patternBytes(10))));
    // Between the two stands a wire that can be cut.
    const port = Number(
      addressOf(bob)
        .toString()
        .match(/\/tcp\/(\d+)/)![1],
    );
    const sockets: { destroy(): void }[] = [];
    const cable = createServer(near => {
      const far = connect(port, '127.0.0.1');
      near.pipe(far).pipe(near);
      for (const socket of [near, far]) socket.on('error', () => {});
      sockets.push(near, far);
    });
    await new Promise<void>(resolve => cable.listen(0, '127.0.0.1', resolve));
    const { port: cablePort } = cable.address() as { port: number };
    const record = world.records.get(bob.operator)!;
    world.records.set(bob.operator, { ...record, multiaddrs: [`/ip4/127.0.0.1/tcp/${cablePort}`] });
    const alice = await world.join(1, { dht: false, bootstrap: [] });
    const cid = cidOfBytes(patternBytes(10));
    assert.equal(await alice.request(bob.operator, 'echo', 1), 1);
    await alice.fetchBlob(bob.operator, cid, { maxBytes: 10 });
    bob.handle('hang', () => new Promise(() => {}));
    const hanging = assert.rejects(alice.request(bob.operator, 'hang', 1), hasCode('K_PEER_UNREACHABLE'));
    for (const socket of sockets.splice(0)) socket.destroy();
    await hanging;
    assert.equal(await alice.request(bob.operator, 'echo', 2), 2);
    assert.equal((await alice.fetchBlob(bob.operator, cid, { maxBytes: 10 })).length, 10);
    cable.close();
  });

  test('is not held up for good by a registry that does not answer', async () => {
    const clock = manualClock();
    const world = newWorld();
    const bob = await world.join(2);
    bob.handle('echo', async payload => payload);
    let silent = true;
    const directory = {
      find: (operator: Hex) => (silent ? new Promise<never>(() => {}) : world.directory.find(operator)),
    };
    const alice = await world.join(1, { clock, directory, dht: false });
    const call = assert.rejects(alice.request(bob.operator, 'echo', 1), hasCode('K_REGISTRY_SILENT'));
    clock.advance(10_000);
    await call;
    silent = false;
    assert.equal(await alice.request(bob.operator, 'echo', 2), 2);
  });

  test('listens on loopback alone unless told', async () => {
    const bob = await newWorld().join(2);
    assert.ok(bob.multiaddrs().length > 0);
    for (const address of bob.multiaddrs())
      assert.match(address, /^\/ip4\/127\.0\.0\.1\/tcp\/\d+\/p2p\/16Uiu2/);
  });

  test('shows the wire tap all it encrypts, what libp2p says of its own included', async () => {
    const world = newWorld();
    const wire: Buffer[] = [];
    const alice = await world.join(1);
    const bob = await world.join(2, { wireTap: bytes => wire.push(Buffer.from(bytes)) });
    bob.handle('echo', async payload => payload);
    await alice.request(bob.operator, 'echo', 'canary 314159');
    const all = Buffer.concat(wire);
    for (const text of ['canary 314159', '/koinon/kad/1', 'koinon/1']) assert.ok(all.includes(text), text);
  });
});
