import { fromHex, type Hex, toHex } from '@koinon/protocol';
import { KoinonError } from '@koinon/protocol/errors';
import { base58btc } from 'multiformats/bases/base58';

/** The binary multihash of a peer id's base58btc text. Throws `K_BAD_PEER_ID`. */
export function peerIdBytes(text: string): Hex {
  try {
    const bytes = base58btc.baseDecode(text);
    if (bytes.length > 0 && bytes.length <= 64) return toHex(bytes);
  } catch {
    // Falls through to the error.
  }
  throw new KoinonError({
    code: 'K_BAD_PEER_ID',
    message: `"${text.slice(0, 80)}" is not a libp2p peer id of at most 64 bytes.`,
    fault: 'user',
  });
}

export function peerIdText(bytes: Hex): string {
  return base58btc.baseEncode(fromHex(bytes));
}
