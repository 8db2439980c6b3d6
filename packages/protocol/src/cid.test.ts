import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { largeBytes } from '../scripts/vectors/ids.ts';
import { flipBit, isCode, readVector } from '../test/support.ts';
import { concatBytes, fromHex, type Hex, sha256, toHex } from './bytes.ts';
import { chunkListOf, cidOfBytes, encodeChunkList, isNodeCid } from './chunkList.ts';
import { cidOfBlob, cidOfDigest, cidOfNode, DAG_CBOR, digestOfCid, isNamedBy, parseCid, RAW } from './cid.ts';
import { encodeNode } from './codec.ts';
import { type LoggedType, logLeafData, logLeafHash } from './logEntry.ts';

interface IdVectors {
  blobs: Array<{ bytes: Hex; cid: string; digest: Hex }>;
  nodes: Array<{ value: unknown; cbor: Hex; cid: string; digest: Hex }>;
  large: Array<{ size: number; cid: string; chunkList: Hex | null }>;
  logLeaves: Array<{ type: LoggedType; digest: Hex; salt: Hex; data: Hex; leafHash: Hex }>;
}
const vectors = readVector<IdVectors>('ids');

/** RFC 4648 base32, lower case, unpadded: written out as a check on the library. */
function base32(bytes: Uint8Array): string {
  let bits = '';
  for (const byte of bytes) bits += byte.toString(2).padStart(8, '0');
  return (bits.match(/.{1,5}/g) ?? [])
    .map(group => 'abcdefghijklmnopqrstuvwxyz234567'[Number.parseInt(group.padEnd(5, '0'), 2)])
    .join('');
}

function obviousCid(codec: number, bytes: Uint8Array): string {
  return `b${base32(concatBytes(Uint8Array.of(1, codec, 0x12, 32), sha256(bytes)))}`;
}

test('blobs, structures and large blobs have the names of the vectors', () => {
  for (const { bytes, cid, digest } of vectors.blobs) {
    assert.equal(cidOfBlob(fromHex(bytes)), cid);
    assert.equal(obviousCid(RAW, fromHex(bytes)), cid);
    assert.equal(digestOfCid(cid), digest);
  }
  for (const { value, cbor, cid } of vectors.nodes) {
    assert.equal(toHex(encodeNode(value)), cbor);
    assert.equal(cidOfNode(value), cid);
    assert.equal(obviousCid(DAG_CBOR, fromHex(cbor)), cid);
  }
  for (const { size, cid, chunkList } of vectors.large) {
    assert.equal(cidOfBytes(largeBytes(size)), cid);
    assert.equal(isNodeCid(cid), chunkList !== null);
    if (chunkList !== null) {
      assert.equal(toHex(encodeChunkList(chunkListOf(largeBytes(size)))), chunkList);
      assert.equal(obviousCid(DAG_CBOR, fromHex(chunkList)), cid);
    }
  }
});

test('log leaves are those of the vectors', () => {
  assert.equal(vectors.logLeaves.length, 8);
  for (const { type, digest, salt, data, leafHash } of vectors.logLeaves) {
    assert.equal(toHex(logLeafData(type, digest, salt)), data);
    assert.equal(fromHex(data).length, 65);
    assert.equal(toHex(logLeafHash(type, digest, salt)), leafHash);
    assert.equal(toHex(sha256(Uint8Array.of(0), fromHex(data))), leafHash);
  }
});

test('a name gives its codec and digest back, and names nothing else', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1 }), fc.nat(), (bytes, bit) => {
      const cid = cidOfBlob(bytes);
      assert.deepEqual(parseCid(cid), { codec: RAW, digest: sha256(bytes) });
      assert.equal(cidOfDigest(digestOfCid(cid), RAW), cid);
      assert.notEqual(cidOfDigest(digestOfCid(cid), DAG_CBOR), cid);
      assert.ok(isNamedBy(bytes, cid));
      assert.ok(!isNamedBy(flipBit(bytes, bit), cid));
    }),
  );
});

test('other kinds of CID are refused', () => {
  const cid = cidOfBlob(Uint8Array.of(1));
  const other = (codec: number, hash: number, digest: Uint8Array): string =>
    `b${base32(concatBytes(Uint8Array.of(1, codec, hash, digest.length), digest))}`;
  const digest = sha256();
  for (const name of [
    '',
    cid.toUpperCase(),
    cid.slice(0, -1),
    `${cid}a`,
    ` ${cid}`,
    `/ipfs/${cid}`,
    'QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbdG',
    'zb2rhe5P4gXftAwvA4eXQ5HJwsER2owDyS9sKaQRRVQPn93bA',
    other(0x70, 0x12, digest),
    other(RAW, 0x16, digest),
    other(RAW, 0x00, digest),
    other(RAW, 0x12, digest.subarray(1)),
  ]) {
    assert.throws(() => parseCid(name), isCode('K_BAD_CID'), name);
  }
  assert.equal(parseCid(other(RAW, 0x12, digest)).codec, RAW);
});
