import assert from 'node:assert/strict';
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { sealStatement } from '@koinon/kernel';
import { type ServedNode, servedNode } from '@koinon/node/testing';
import {
  type Checkpoint,
  decodeEntryBundle,
  decodeTile,
  fromHex,
  type Hex,
  inclusionProof,
  leafHash,
  logLeafHash,
  logOrigin,
  openCheckpoint,
  parseVerifier,
  rangeRoot,
  subtreesOfTiles,
  tilePath,
  tileWidth,
  toHex,
  verifyInclusion,
  verifyStatement,
  ZERO_32,
} from '@koinon/protocol';
// Another implementation of checkpoints and Merkle proofs, the one that npm and others check signatures with.
import { verifyCheckpoint } from '@sigstore/verify/dist/tlog/checkpoint.js';
import { verifyMerkleInclusion } from '@sigstore/verify/dist/tlog/merkle.js';

const ENTRIES = 300;
const one: Hex = `0x${'01'.repeat(32)}`;

/** A receipt as a provider would seal it; only its place in the log matters here. */
const seal = (served: ServedNode, number: number, leafSalt: Hex) => {
  const ports = served.member.node.ports;
  return sealStatement(ports, {
    key: `receipt:${number}`,
    type: 'Receipt',
    leafSalt,
    message: logIndex => ({
      manifest: one,
      order: toHex(new Uint8Array(32).fill(number)),
      provider: ports.signer.address,
      execution: one,
      output: one,
      verdict: ZERO_32,
      token: ports.signer.address,
      amount: 1n,
      logIndex,
      anchorBy: 1n,
    }),
  });
};

describe('a log served as tiles', () => {
  let served: Awaited<ReturnType<typeof servedNode>>;

  before(async () => {
    served = await servedNode({ authenticateAll: true });
    await Promise.all(Array.from({ length: ENTRIES - 1 }, (_, i) => seal(served, i, ZERO_32)));
  });
  after(() => served.stop());

  const bytesAt = async (path: string): Promise<Uint8Array> => {
    const response = await served.ask(`/log/${path}`);
    assert.equal(response.status, 200, path);
    assert.equal(response.headers.get('content-type'), 'application/octet-stream');
    assert.match(response.headers.get('cache-control') ?? '', /immutable/);
    return new Uint8Array(await response.arrayBuffer());
  };
  const key = async () =>
    (await (await served.ask('/log/key')).json()) as {
      origin: string;
      verifier: string;
      publicKey: Hex;
      index: number;
      certificate: { message: { node: Hex; publicKey: Hex; issuedAt: string }; signature: Hex };
    };
  const head = async (): Promise<Checkpoint> => {
    const response = await served.ask('/log/checkpoint');
    assert.equal(response.headers.get('content-type'), 'text/plain; charset=utf-8');
    assert.equal(response.headers.get('cache-control'), 'no-cache');
    return openCheckpoint(await response.text(), parseVerifier((await key()).verifier));
  };
  /** All tiles of a level, as a reader with nothing but a checkpoint asks for them. */
  const tiles = async (size: number) => {
    const read = new Map<string, Uint8Array[]>();
    for (let level = 0; tileWidth(level, 0, size) > 0; level++) {
      for (let index = 0; tileWidth(level, index, size) > 0; index++) {
        const width = tileWidth(level, index, size);
        read.set(`${level}/${index}`, decodeTile(await bytesAt(tilePath({ level, index, width })), width));
      }
    }
    return subtreesOfTiles((level, index) => read.get(`${level}/${index}`)!);
  };

  test('needs no token where everything else does', async () => {
    assert.equal((await served.ask('/api/status')).status, 401);
    assert.equal((await served.ask('/log/checkpoint')).status, 200);
    const changing = await served.ask('/log/checkpoint', { method: 'POST' });
    assert.equal(changing.status, 401);
  });

  test('has a checkpoint by a key that the operator certified, in the log itself', async () => {
    const { size, root, origin } = await head();
    assert.equal(size, ENTRIES);
    const { member } = served;
    assert.equal(toHex(root), toHex(member.store.log.root()));
    const { deployment } = member.node.ports;
    assert.equal(origin, logOrigin(deployment, member.operator));
    const { certificate, publicKey, index } = await key();
    const { message, signature } = certificate;
    const statement = { message: { ...message, issuedAt: BigInt(message.issuedAt) }, signature };
    const digest = await verifyStatement('LogKey', statement, deployment, member.operator);
    assert.equal(message.publicKey, publicKey);
    assert.equal(message.node, member.operator);
    const path = inclusionProof(await tiles(size), index, size);
    const leaf = logLeafHash('LogKey', digest, ZERO_32);
    assert.ok(verifyInclusion({ leaf, index, size, path, root }));
  });

  test('has tiles that hash to the root of the checkpoint, and to that of every size before it', async () => {
    const { size, root } = await head();
    const subtree = await tiles(size);
    assert.equal(toHex(rangeRoot(subtree, 0, size)), toHex(root));
    for (const earlier of [1, 255, 256, 257]) {
      const expected = served.member.store.log.root(earlier);
      assert.equal(toHex(rangeRoot(await tiles(earlier), 0, earlier)), toHex(expected));
    }
  });

  test('has entries that hash to the leaves', async () => {
    const [full, partial] = await Promise.all([
      bytesAt('tile/entries/000'),
      bytesAt('tile/entries/001.p/44'),
    ]);
    const entries = [...decodeEntryBundle(full), ...decodeEntryBundle(partial)];
    assert.equal(entries.length, ENTRIES);
    const subtree = await tiles(ENTRIES);
    for (const [index, entry] of entries.entries()) {
      assert.equal(toHex(leafHash(entry)), toHex(subtree(0, index)));
    }
  });

  test('is read by the verifier of Sigstore: checkpoint, tiles and entries', async () => {
    const { size } = await head();
    const { verifier, origin, publicKey } = await key();
    const note = await (await served.ask('/log/checkpoint')).text();
    const entries = [
      ...decodeEntryBundle(await bytesAt('tile/entries/000')),
      ...decodeEntryBundle(await bytesAt('tile/entries/001.p/44')),
    ];
    const subtree = await tiles(size);
    const authority = {
      baseURL: origin,
      logID: Buffer.from(verifier.split('+')[1]!, 'hex'),
      publicKey: createPublicKey({
        key: Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), fromHex(publicKey)]),
        format: 'der',
        type: 'spki',
      }),
    };
    const logged = (index: number, body: Uint8Array) => ({
      canonicalizedBody: Buffer.from(body),
      inclusionProof: {
        logIndex: String(index),
        hashes: inclusionProof(subtree, index, size).map(hash => Buffer.from(hash)),
        checkpoint: { envelope: note },
      },
    });
    for (const index of [0, 1, 128, 255, 256, 299]) {
      const entry = logged(index, entries[index]!) as never;
      const checkpoint = verifyCheckpoint(entry, [authority as never]);
      assert.equal(checkpoint.logSize, BigInt(size));
      verifyMerkleInclusion(entry, checkpoint);
      const other = logged(index, entries[(index + 1) % size]!) as never;
      assert.throws(() => verifyMerkleInclusion(other, checkpoint));
    }
    const stranger = { ...authority, publicKey: generateKeyPairSync('ed25519').publicKey };
    assert.throws(() => verifyCheckpoint(logged(0, entries[0]!) as never, [stranger as never]));
  });

  test('has nothing beyond its end, nothing outside its paths', async () => {
    for (const path of [
      'tile/0/001',
      'tile/0/001.p/45',
      'tile/0/002.p/1',
      'tile/1/000',
      'tile/1/000.p/2',
      'tile/2/000.p/1',
      'tile/entries/001',
      'tile/entries/001.p/45',
      'tile/entries/000.p/0',
      'tile/0/0',
      'tile/00/000',
      'tile/99/000',
      'tile/0/x000/000',
      'tile/0/000.p/256',
      'tile/0/..%2f000',
      'tile/0/x999/x999/x999/x999/x999/x999/x999/999',
      'tile/0/',
      'tile',
      'other',
    ]) {
      const response = await served.ask(`/log/${path}`);
      assert.ok(response.status === 404 || response.status === 400, `${path} ${response.status}`);
      assert.equal(response.headers.get('cache-control'), null);
    }
  });

  test('keeps back the bundle with a confidential entry, and serves its hash', async () => {
    const salt: Hex = `0x${'5a'.repeat(32)}`;
    const { digest, index } = await seal(served, 999, salt);
    assert.equal(index, ENTRIES);
    const response = await served.ask('/log/tile/entries/001.p/45');
    assert.equal(response.status, 403);
    const text = await response.text();
    assert.match(text, /K_LOG_PRIVATE/);
    assert.ok(!text.includes(salt.slice(2)) && !text.includes(digest.slice(2)));
    await bytesAt('tile/entries/001.p/44');
    const hashes = decodeTile(await bytesAt('tile/0/001.p/45'), 45);
    assert.deepEqual(hashes[44], logLeafHash('Receipt', digest, salt));
    for (const path of ['tile/0/001.p/45', 'tile/0/001.p/44']) {
      const served = Buffer.from(await bytesAt(path));
      assert.equal(
        [salt, digest].some(secret => served.includes(Buffer.from(fromHex(secret)))),
        false,
      );
    }
    assert.equal((await head()).size, ENTRIES + 1);
  });
});

test('on loopback a page of another site reads nothing of the log, and another host name neither', async () => {
  const served = await servedNode();
  try {
    for (const headers of [{ origin: 'https://evil.example' }, { 'sec-fetch-site': 'cross-site' }]) {
      assert.equal((await served.ask('/log/checkpoint', { headers })).status, 403);
    }
    assert.equal((await served.ask('/log/checkpoint')).status, 200);
  } finally {
    await served.stop();
  }
});

test('the key is the same after a restart, and stands in the log once', async () => {
  const served = await servedNode();
  const { network } = served;
  try {
    const before = await (await served.ask('/log/checkpoint')).text();
    const { verifier } = served.member.node.kernel.logKey;
    await network.crash('alone');
    const { node, store } = await network.start('alone');
    assert.equal(node.kernel.logKey.verifier, verifier);
    assert.equal(store.log.size, 1);
    assert.equal(node.kernel.logKey.checkpoint(), before);
  } finally {
    await served.stop();
  }
});
