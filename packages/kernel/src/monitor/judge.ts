import {
  CLOCK_SKEW_SECONDS,
  fromHex,
  type Hex,
  type Signed,
  verifyConsistency,
  verifyInclusion,
} from '@koinon/protocol';
import type { AnchorRecord, Fault } from './fault.ts';

/** A state of a log: its size and root, wherever that was said. */
export interface LogState {
  size: bigint;
  root: Hex;
}

/**
 * True when a log that ends at `anchoredSize` in a block of `atSeconds` omits the statement: its time is over, with
 * room for clocks that differ, and its index is not reached.
 */
export function isOmitted(
  statement: { logIndex: bigint; anchorBy: bigint },
  log: { anchoredSize: bigint; atSeconds: number },
): boolean {
  const isOver = BigInt(log.atSeconds) > statement.anchorBy + BigInt(CLOCK_SKEW_SECONDS);
  return isOver && log.anchoredSize <= statement.logIndex;
}

/** What a head contradicts outright: another signed head, or an anchor, of its size. Undefined for an honest one. */
export function contradictionOf(
  node: Hex,
  head: Signed<'LogHead'>,
  known: { heads: readonly Signed<'LogHead'>[]; anchors: readonly AnchorRecord[] },
): Fault | undefined {
  const isOther = (state: LogState) => state.size === head.message.size && state.root !== head.message.root;
  const anchor = known.anchors.find(isOther);
  if (anchor) return { kind: 'head', node, head, anchor };
  const other = known.heads.find(({ message }) => isOther(message));
  return other && { kind: 'heads', node, a: other, b: head };
}

/** True when the path shows the earlier state to be a prefix of the later one. */
export function isPrefix(earlier: LogState, later: LogState, proof: readonly Hex[]): boolean {
  return verifyConsistency({
    first: Number(earlier.size),
    second: Number(later.size),
    firstRoot: fromHex(earlier.root),
    secondRoot: fromHex(later.root),
    proof: proof.map(fromHex),
  });
}

/** True when the path leads from the leaf at the index to the root of the state. */
export function isIncluded(
  leaf: { hash: Uint8Array; index: bigint },
  state: LogState,
  path: readonly Hex[],
): boolean {
  return verifyInclusion({
    leaf: leaf.hash,
    index: Number(leaf.index),
    size: Number(state.size),
    path: path.map(fromHex),
    root: fromHex(state.root),
  });
}

/** True for sizes a log can have; what an anchor says may be any number of 64 bits. */
export function isLogSize(size: bigint): boolean {
  return size <= BigInt(Number.MAX_SAFE_INTEGER);
}
