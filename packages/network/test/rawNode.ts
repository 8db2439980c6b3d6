import { noise } from '@chainsafe/libp2p-noise';
import { yamux } from '@chainsafe/libp2p-yamux';
import { fromHex } from '@koinon/protocol';
import { generateKeyPair, privateKeyFromRaw } from '@libp2p/crypto/keys';
import type { Libp2p, StreamHandler } from '@libp2p/interface';
import { tcp } from '@libp2p/tcp';
import { createLibp2p } from 'libp2p';
import { testKey } from './compliance.ts';

/** A stranger on libp2p that says what it likes. Without a key number its key is of another kind. */
export async function rawNode(
  keyNumber?: number,
  handlers: Record<string, StreamHandler> = {},
): Promise<Libp2p> {
  const privateKey = keyNumber
    ? privateKeyFromRaw(fromHex(testKey(keyNumber)))
    : await generateKeyPair('Ed25519');
  const node = await createLibp2p({
    privateKey,
    addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
  });
  for (const [protocol, handler] of Object.entries(handlers)) await node.handle(protocol, handler);
  return node;
}
