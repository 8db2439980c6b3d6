import { fromHex, type Hex, nodeHash, sha256, toHex } from '@koinon/protocol';
import { refusal } from '../evm/transactions/revert.ts';

/** The root that the path leads to from a leaf hash; refuses as Rfc6962.sol does where there is no such leaf or path. */
export function rootFromInclusion(
  leaf: Uint8Array,
  at: { index: bigint; size: bigint; path: readonly Hex[] },
  doing: string,
): Hex {
  const { size, path } = at;
  let { index } = at;
  if (index >= size) throw refusal('LeafBeyondTree', { index, size }, doing);
  const badLength = () => refusal('BadPathLength', { length: path.length }, doing);
  let last = size - 1n;
  let root = leaf;
  for (const sibling of path) {
    if (last === 0n) throw badLength();
    if (index % 2n === 1n || index === last) {
      root = nodeHash(fromHex(sibling), root);
      while (index % 2n === 0n && index !== 0n) {
        index >>= 1n;
        last >>= 1n;
      }
    } else root = nodeHash(root, fromHex(sibling));
    index >>= 1n;
    last >>= 1n;
  }
  if (last !== 0n) throw badLength();
  return toHex(root);
}

/** Hash of a log's leaf of any type, known or not. */
export function entryHash(entryType: number, digest: Hex, salt: Hex): Uint8Array {
  return sha256(Uint8Array.of(0, entryType), fromHex(digest), fromHex(salt));
}
