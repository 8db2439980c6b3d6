import { fromHex, nodeHash, toHex, verifyInclusion } from '@koinon/protocol';
import type { Inclusion } from '../api/answers.ts';
import type { ProofLevel } from './questions.ts';

/** The way from a leaf to the root of its log, level by level, and whether it leads there (RFC 9162, 2.1.3.2). */
export function proofLevels(
  leaf: Uint8Array,
  { index, size, path, root }: Pick<Inclusion, 'index' | 'size' | 'path' | 'root'>,
): { isIncluded: boolean; levels: ProofLevel[] } {
  const siblings = path.map(fromHex);
  const isIncluded = verifyInclusion({ leaf, index, size, path: siblings, root: fromHex(root) });
  const levels: ProofLevel[] = [];
  let hash = leaf;
  let position = index;
  let last = size - 1;
  for (const sibling of siblings) {
    const isLeft = position % 2 === 1 || position === last;
    levels.push({ hash: toHex(hash), sibling: toHex(sibling), siblingIs: isLeft ? 'left' : 'right' });
    hash = isLeft ? nodeHash(sibling, hash) : nodeHash(hash, sibling);
    while (isLeft && position % 2 === 0 && position !== 0) {
      position /= 2;
      last = Math.floor(last / 2);
    }
    position = Math.floor(position / 2);
    last = Math.floor(last / 2);
  }
  levels.push({ hash: toHex(hash) });
  return { isIncluded, levels };
}
