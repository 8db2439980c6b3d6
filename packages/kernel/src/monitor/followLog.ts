import { ascending, type Signed } from '@koinon/protocol';
import { type LogQuestions, SILENT } from './askLog.ts';
import type { AnchorRecord, Doubt, Finding } from './fault.ts';
import { contradictionOf, isLogSize, isPrefix, type LogState } from './judge.ts';
import type { FollowedLog } from './watchBook.ts';

/** Heads kept of one node: those that no anchor has reached are few unless the node stops anchoring. */
const HEADS_MAX = 8;
/** Anchors gone through in one look; the rest follows at the next. */
const ANCHORS_AT_ONCE = 64;

export interface FollowOutcome {
  log: FollowedLog;
  findings: Finding[];
  /** Earlier states that have now been shown to be part of the log: doubts about them are over. */
  borneOut: LogState[];
  /** True when the node owes an answer that it did not give. */
  isSilent: boolean;
}

/**
 * Takes a followed log as far as its anchors go: each anchor must continue the last one, each signed head must be part
 * of the next anchor, and a fresh head must contradict nothing. `patience` is over when a node that stays silent is to
 * be doubted for it. Changes nothing but what it returns.
 */
export async function followLog(
  log: FollowedLog,
  anchors: readonly AnchorRecord[],
  questions: LogQuestions,
  patience: { isOver: boolean },
): Promise<FollowOutcome> {
  const { node } = log;
  const outcome: FollowOutcome = { log: { ...log }, findings: [], borneOut: [], isSilent: false };
  for (const head of log.heads) {
    const fault = contradictionOf(node, head, { heads: [], anchors });
    if (fault) outcome.findings.push(fault);
  }

  /** Whether the state is part of the anchor; a finding where it was not shown to be. */
  const continues = async (
    earlier: LogState,
    later: AnchorRecord,
    head: Signed<'LogHead'> | undefined,
  ): Promise<'yes' | Doubt['reason']> => {
    const proof = isLogSize(later.size) ? await questions.consistency(node, earlier.size, later.size) : [];
    if (proof !== SILENT && isPrefix(earlier, later, proof)) {
      outcome.borneOut.push(earlier);
      return 'yes';
    }
    const reason = proof === SILENT ? 'silent' : 'wrong';
    if (reason === 'silent') outcome.isSilent = true;
    if (reason === 'wrong' || patience.isOver) {
      const { size, root } = earlier;
      const doubt = { kind: 'inconsistent', node, earlier: { size, root }, later, reason } as const;
      const speaks = head && (await isUnshown(head, later));
      outcome.findings.push(speaks ? { ...doubt, head } : doubt);
    }
    return reason;
  };

  /** False for a head that the anchor bears out: a demand about it would be answered, and paid for. */
  const isUnshown = async ({ message }: Signed<'LogHead'>, later: AnchorRecord): Promise<boolean> => {
    if (!isLogSize(later.size)) return true;
    const proof = await questions.consistency(node, message.size, later.size);
    return proof === SILENT || !isPrefix(message, later, proof);
  };

  const { verified } = log;
  const ahead = verified ? anchors.filter(anchor => anchor.size > verified.size) : anchors.slice(-1);
  for (const anchor of ahead.slice(0, ANCHORS_AT_ONCE)) {
    const last = outcome.log.verified;
    // The court reads signed heads, not pairs of anchors: the newest head that the last anchor bears out speaks for it.
    const borne = last && log.heads.findLast(({ message }) => message.size <= last.size);
    const states: [LogState, Signed<'LogHead'> | undefined][] = last ? [[last, borne]] : [];
    for (const head of log.heads) {
      const { size } = head.message;
      if (size < anchor.size && (!last || size > last.size)) states.push([head.message, head]);
    }
    for (const [state, head] of states) {
      if ((await continues(state, anchor, head)) === 'silent') break;
    }
    // A node that gave a wrong proof has a finding for it; what comes after is held against the new anchor all the same.
    if (outcome.isSilent) break;
    outcome.log.verified = anchor;
  }
  const isNew = outcome.log.verified !== verified || log.heads.length === 0;
  if (!outcome.isSilent && isNew && anchors.length > 0) await takeHead(outcome, anchors, questions);
  outcome.log.heads = keptHeads(outcome.log);
  return outcome;
}

/** Asks for a signed head and holds it against everything known. */
async function takeHead(
  outcome: FollowOutcome,
  anchors: readonly AnchorRecord[],
  questions: LogQuestions,
): Promise<void> {
  const { log, findings } = outcome;
  const head = await questions.head(log.node);
  if (head === SILENT) {
    outcome.isSilent = true;
    return;
  }
  const fault = contradictionOf(log.node, head, { heads: log.heads, anchors });
  if (fault) findings.push(fault);
  const { size, root } = head.message;
  const isKnown = log.heads.some(({ message }) => message.size === size && message.root === root);
  if (!isKnown) log.heads = [...log.heads, head];
  const { verified } = log;
  // A head beyond the last anchor is held against the next one; an earlier one must be part of this one.
  if (fault || !verified || size >= verified.size) return;
  const proof = await questions.consistency(log.node, size, verified.size);
  if (proof === SILENT) {
    outcome.isSilent = true;
  } else if (!isPrefix(head.message, verified, proof)) {
    const earlier = { size, root };
    findings.push({
      kind: 'inconsistent',
      node: log.node,
      earlier,
      head,
      later: verified,
      reason: 'wrong',
    });
  }
}

/** The newest head up to the last anchor, and those beyond it, oldest first. */
function keptHeads({ verified, heads }: FollowedLog): Signed<'LogHead'>[] {
  const fromSmallest = [...heads].sort((a, b) => ascending(a.message.size, b.message.size));
  const reached = fromSmallest.filter(({ message }) => verified && message.size <= verified.size);
  const beyond = fromSmallest.filter(({ message }) => !verified || message.size > verified.size);
  return [...reached.slice(-1), ...beyond].slice(0, HEADS_MAX);
}
