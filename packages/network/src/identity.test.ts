import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromHex, keySigner, toHex } from '@koinon/protocol';
import { privateKeyFromRaw } from '@libp2p/crypto/keys';
import { peerIdFromPrivateKey } from '@libp2p/peer-id';
import fc from 'fast-check';
import { hasCode, testKey } from '../test/compliance.ts';
import { operatorOfKey, operatorOfPeerId, peerIdBytes, peerIdOfBytes, peerIdOfKey } from './identity.ts';

test('one key gives the peer id that libp2p gives it and the address that Ethereum gives it', () => {
  for (const keyNumber of [1, 2, 3, 255, 65_537]) {
    const key = testKey(keyNumber);
    const peerId = peerIdOfKey(key);
    assert.equal(peerId, peerIdFromPrivateKey(privateKeyFromRaw(fromHex(key))).toString());
    assert.equal(operatorOfPeerId(peerId), keySigner(key).address);
    assert.equal(operatorOfKey(key), keySigner(key).address);
    assert.equal(peerIdOfBytes(peerIdBytes(peerId)), peerId);
    assert.equal(peerIdBytes(peerId).length, 39);
  }
});

test('the address of private key 1 is the known one', () => {
  assert.equal(operatorOfPeerId(peerIdOfKey(testKey(1))), '0x7e5f4552091a69125d5dfcb7b8c2659029395bdf');
});

test('a peer id of another kind of key has no operator', () => {
  for (const peerId of [
    '12D3KooWGzBEoLXwEQTkNoKYvdX9kWwBYPMsZdKzRQqmVzLBY9eA',
    'QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N',
    '',
    '0OIl',
  ]) {
    assert.throws(() => operatorOfPeerId(peerId), hasCode('K_BAD_PEER_ID'));
  }
});

test('no altered peer id names the same operator', () => {
  const bytes = peerIdBytes(peerIdOfKey(testKey(5)));
  const operator = operatorOfKey(testKey(5));
  fc.assert(
    fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
      const altered = bytes.with(at, bytes[at]! ^ change);
      try {
        assert.notEqual(operatorOfPeerId(peerIdOfBytes(altered)), operator);
      } catch (error) {
        hasCode('K_BAD_PEER_ID')(error);
      }
      assert.notEqual(toHex(altered), toHex(bytes));
    }),
  );
});
