import type { Hex } from '@koinon/protocol';
import type { AnchorRecord } from './fault.ts';

/** The anchors of a node as the court counts them: an anchor that repeats the last one takes no number. */
export function numberAnchors(
  anchors: readonly { size: bigint; root: Hex; transaction: Hex; block: number }[],
): AnchorRecord[] {
  return anchors
    .filter((anchor, i) => i === 0 || anchor.size !== anchors[i - 1]!.size)
    .map(({ size, root, transaction, block }, index) => ({ index, size, root, transaction, block }));
}
