import { equalBytes, fromHex, type Hex, KoinonError, toHex } from '@koinon/protocol';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { base58btc } from 'multiformats/bases/base58';

/**
 * Identity multihash of a libp2p public key: code 0x00, length 37, then the protobuf {1: secp256k1 (2),
 * 2: 33 bytes}. libp2p peer ids specification, "Keys".
 */
const KEY_PREFIX = Uint8Array.of(0x00, 0x25, 0x08, 0x02, 0x12, 0x21);

/** The peer id of a node's key, `16Uiu2H…`. */
export function peerIdOfKey(privateKey: Hex): string {
  const publicKey = secp256k1.getPublicKey(fromHex(privateKey), true);
  const bytes = new Uint8Array(KEY_PREFIX.length + publicKey.length);
  bytes.set(KEY_PREFIX);
  bytes.set(publicKey, KEY_PREFIX.length);
  return peerIdOfBytes(bytes);
}

/** The operator address of a node's key, lower case. */
export function operatorOfKey(privateKey: Hex): Hex {
  return operatorOfPublicKey(secp256k1.getPublicKey(fromHex(privateKey), true));
}

/** The operator address that a peer id stands for. Throws `K_BAD_PEER_ID` for any key but secp256k1. */
export function operatorOfPeerId(peerId: string): Hex {
  const bytes = peerIdBytes(peerId);
  const { length } = KEY_PREFIX;
  if (bytes.length !== length + 33 || !equalBytes(bytes.subarray(0, length), KEY_PREFIX))
    throw badPeerId(peerId);
  try {
    return operatorOfPublicKey(bytes.subarray(length));
  } catch (cause) {
    throw badPeerId(peerId, cause);
  }
}

/** The multihash of a peer id: 39 bytes for the keys of this network. Throws `K_BAD_PEER_ID`. */
export function peerIdBytes(peerId: string): Uint8Array {
  let bytes: Uint8Array;
  try {
    bytes = base58btc.baseDecode(peerId.slice(0, 128));
  } catch (cause) {
    throw badPeerId(peerId, cause);
  }
  if (bytes[0] !== 0 || bytes[1] !== bytes.length - 2) throw badPeerId(peerId);
  return bytes;
}

export function peerIdOfBytes(bytes: Uint8Array): string {
  return base58btc.baseEncode(bytes);
}

function operatorOfPublicKey(compressed: Uint8Array): Hex {
  const point = secp256k1.Point.fromBytes(compressed).toBytes(false);
  return toHex(keccak_256(point.subarray(1)).subarray(12));
}

function badPeerId(peerId: string, cause?: unknown): KoinonError {
  return new KoinonError({
    code: 'K_BAD_PEER_ID',
    message: `"${peerId.slice(0, 80)}" is not the peer id of a secp256k1 key.`,
    fault: 'peer',
    cause,
  });
}
