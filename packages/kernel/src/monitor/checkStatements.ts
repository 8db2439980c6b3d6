import type { Hex } from '@koinon/protocol';
import { type LogQuestions, SILENT } from './askLog.ts';
import type { AnchorRecord, Finding } from './fault.ts';
import { isIncluded, isOmitted } from './judge.ts';
import type { Expected } from './watchBook.ts';

/** Statements looked for in one look; the rest follows at the next. */
const AT_ONCE = 256;

export interface CheckOutcome {
  findings: Finding[];
  placed: { expected: Expected; anchor: AnchorRecord; path: readonly Hex[] }[];
  isSilent: boolean;
}

export interface CheckedLog {
  node: Hex;
  /** The newest anchor known to continue all earlier ones. */
  verified: AnchorRecord | undefined;
  /** What this node holds of the other's statements at one index. */
  atIndex(index: bigint): Expected[];
}

/**
 * Looks for statements in their signer's anchored log. One that is not shown to be there is a doubt; it becomes a
 * fault when another statement of the same signer was seen at its index.
 */
export async function findStatements(
  open: readonly Expected[],
  { node, verified, atIndex }: CheckedLog,
  questions: LogQuestions,
  patience: { isOver: boolean },
): Promise<CheckOutcome> {
  const outcome: CheckOutcome = { findings: [], placed: [], isSilent: false };
  if (!verified) return outcome;
  const reached = open.filter(({ logIndex }) => logIndex < verified.size);
  for (const expected of reached.slice(0, AT_ONCE)) {
    const { statement, logIndex, leaf } = expected;
    const path = await questions.inclusion(node, logIndex, verified.size);
    if (path !== SILENT && isIncluded({ hash: leaf, index: logIndex }, verified, path)) {
      outcome.placed.push({ expected, anchor: verified, path });
      continue;
    }
    const other = atIndex(logIndex).find(({ digest, place }) => digest !== expected.digest && place);
    if (other?.place) {
      const { type, leafSalt } = other.statement;
      const there = { type, digest: other.digest, leafSalt };
      const { anchor, path: otherPath } = other.place;
      outcome.findings.push({ kind: 'misplaced', node, statement, there, anchor, path: otherPath });
      continue;
    }
    const reason = path === SILENT ? 'silent' : 'wrong';
    if (reason === 'wrong' || patience.isOver) {
      outcome.findings.push({ kind: 'unproven', node, statement, anchor: verified, reason });
    }
    if (path === SILENT) {
      // One who does not answer now is not asked about all the rest.
      outcome.isSilent = true;
      break;
    }
  }
  return outcome;
}

/** The statements whose time is over and whose place is beyond the end of the anchored log. */
export function findOmissions(
  open: readonly Expected[],
  node: Hex,
  log: { anchoredSize: bigint; atSeconds: number },
): Finding[] {
  return open
    .filter(expected => isOmitted(expected, log))
    .map(({ statement }) => ({ kind: 'omission', node, statement, ...log }));
}
