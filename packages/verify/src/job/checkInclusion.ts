import { fromHex, type Hex, type Inclusion, verifyInclusion } from '@koinon/protocol';
import { asked, type Check, type Checker, failed, type Outcome, ok, skipped } from '../check.ts';
import type { Sources } from '../sources.ts';
import { short, time } from '../words.ts';

export interface InclusionClaim {
  /** Start of the ids: `log` for a receipt, `audit.log` for a report. */
  prefix: string;
  /** What stands in the log, for people. */
  what: string;
  /** Who signed it, so in whose log it must be. */
  signer: Hex;
  /** The place its signer gave it. */
  logIndex: bigint;
  leaf: Uint8Array;
  inclusion: Inclusion;
  /** Unix seconds by which its signer promised it on chain. */
  anchorBy: bigint;
}

/** That a statement stands where its signer said, in a log whose root is on chain. */
export async function* checkInclusion(
  check: Checker,
  sources: Sources,
  claim: InclusionClaim,
): AsyncGenerator<Check> {
  const { prefix, what, signer, logIndex, leaf, inclusion } = claim;
  const { node, index, size, root, path } = inclusion;
  yield await check(`${prefix}.path`, `The ${what} stands in the log of the node that signed it.`, () => {
    if (node !== signer) {
      return failed(
        `The log is that of ${short(node)}, the signature of ${short(signer)}.`,
        'It stands in the wrong log.',
      );
    }
    if (BigInt(index) !== logIndex) {
      return failed(
        `It was signed for place ${logIndex} and is shown at ${index}.`,
        'The log holds something else where it should be.',
      );
    }
    const holds = verifyInclusion({ leaf, index, size, path: path.map(fromHex), root: fromHex(root) });
    return holds
      ? ok(`Entry ${index} of ${size}, root ${short(root)}.`)
      : failed(
          `The path does not lead from it to root ${short(root)}.`,
          'It is not in that log, or the proof was altered.',
        );
  });
  yield await check(`${prefix}.anchor`, 'The log stands on chain with this root.', () =>
    compareAnchor(sources, inclusion),
  );
  yield await check(`${prefix}.time`, `The ${what} came on chain by the time it was promised.`, () =>
    compareTime(sources, claim),
  );
}

/** An entry that is not anchored in time is an omission, which the court convicts of. */
async function compareTime(
  sources: Sources,
  { inclusion: { anchor }, anchorBy }: InclusionClaim,
): Promise<Outcome> {
  const ask = sources.block;
  if (!ask) return skipped(`Promised by ${time(anchorBy)}; the chain was not asked when it came.`);
  const block = await asked(() => ask.call(sources, anchor.block));
  if (!block) return failed(`The chain has no block ${anchor.block}.`, 'The anchor was made up.');
  return BigInt(block.timestampSeconds) <= anchorBy
    ? ok(`Anchored at ${time(block.timestampSeconds)}, promised by ${time(anchorBy)}.`)
    : failed(
        `It was anchored at ${time(block.timestampSeconds)} and promised by ${time(anchorBy)}.`,
        'What is signed and kept out of the log so long can be hidden; the court takes a stake for it.',
      );
}

/** Compares with the first anchor that holds the entry: a later one would let its maker try for another lot. */
async function compareAnchor(sources: Sources, inclusion: Inclusion): Promise<Outcome> {
  const { node, index, size, root, anchor } = inclusion;
  const ask = sources.anchor;
  if (!ask) {
    return skipped(
      `Said to be in block ${anchor.block}, transaction ${short(anchor.transaction)}; the chain was not asked.`,
    );
  }
  const first = await asked(() => ask.call(sources, node, BigInt(index) + 1n));
  if (!first) {
    return failed(
      `The chain knows no such log of ${short(node)}.`,
      'It was never put on chain, or that chain was replaced.',
    );
  }
  const meaning = 'The log shown here is not the one the node is bound to.';
  if (first.size !== BigInt(size)) {
    return failed(
      `The first log on chain with this entry has ${first.size} entries, this one ${size}.`,
      'It is another log, or a later state of it, chosen after the beacon was known.',
    );
  }
  if (first.root.toLowerCase() !== root) return failed(`The chain has root ${short(first.root)}.`, meaning);
  const isSame =
    first.transaction.toLowerCase() === anchor.transaction &&
    first.block === anchor.block &&
    first.blockHash.toLowerCase() === anchor.blockHash;
  return isSame
    ? ok(`Block ${anchor.block}, transaction ${short(anchor.transaction)}.`)
    : failed(
        `The chain has it in block ${first.block}, transaction ${short(first.transaction)}.`,
        'The evidence points to another place of the chain, so its beacon cannot be relied on.',
      );
}
