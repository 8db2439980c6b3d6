import { asKoinonError, type Hex, stepOutcomeDigest } from '@koinon/protocol';
import { readBlob } from '../blob.ts';
import { asked, type Check, failed, type Outcome, ok, skipped } from '../check.ts';
import { type JobContext, NO_MANIFEST } from '../job/context.ts';
import { traceRootOf } from '../job/traceRootOf.ts';
import type { CourtFinding, ReplayJob, StepResult } from '../sources.ts';
import { short } from '../words.ts';
import type { DisputeEvidence } from './disputeEvidence.ts';
import { isStepOf } from './isStepOf.ts';

export interface StepAsked {
  index: number;
  /** The step as somebody shows it; else the provider's trace is asked for. */
  shown?: DisputeEvidence;
  /** What the court made of the receipt. */
  finding?: CourtFinding | undefined;
}

/** What a provider committed to about one step. */
interface Committed {
  /** Undefined for step 0, and where only the outcome is known. */
  before?: Hex;
  root: Hex;
  isLast: boolean;
}

/** Replays one step alone and compares it with what its provider committed to. */
export async function* checkStep(context: JobContext, asks: StepAsked): AsyncGenerator<Check> {
  const { check } = context;
  const { index } = asks;
  let committed: Committed | undefined;
  yield await check(
    'step.trace',
    `Where step ${index} begins and ends is bound by the receipt: its provider cannot take it back.`,
    async () => {
      const [found, outcome] = await commitmentOf(context, asks);
      committed = found;
      return outcome;
    },
  );
  yield await check('step.replay', `Run alone here, step ${index} ends as its provider committed to.`, () =>
    replay(context, asks, committed),
  );
}

async function commitmentOf(
  { evidence, sources, digests }: JobContext,
  { index, shown }: StepAsked,
): Promise<[Committed | undefined, Outcome]> {
  const { opening } = evidence;
  if (!opening) return [undefined, skipped('What the execution came to is sealed, so no step is public.')];
  if (shown) {
    if (shown.receipt !== digests.receipt) {
      return [undefined, failed(`It is shown for receipt ${short(shown.receipt)}.`, 'A step of other work.')];
    }
    if (!isStepOf(opening.trace, shown.step)) {
      const wrong = `Its paths do not lead to the trace ${short(opening.trace)}.`;
      return [undefined, failed(wrong, 'These are not the states the provider committed to.')];
    }
    const { root, previousRoot, count } = shown.step;
    return [
      { root, isLast: index === count - 1, ...(index === 0 ? {} : { before: previousRoot }) },
      ok(`Step ${index} of ${count}, ending in state ${short(root)}.`),
    ];
  }
  const ask = sources.trace;
  const roots = ask && (await asked(() => ask.call(sources, digests.receipt)));
  if (!roots) return [undefined, skipped('Nobody here has the states of its steps.')];
  if (traceRootOf(roots) !== opening.trace) {
    const wrong = `The states that were told lead to ${short(traceRootOf(roots))}, the receipt commits to ${short(opening.trace)}.`;
    return [undefined, failed(wrong, 'Whoever told them told others than the provider signed for.')];
  }
  const root = roots[index];
  if (root === undefined) {
    return [undefined, failed(`The trace has ${roots.length} steps.`, 'There is no such step.')];
  }
  return [
    { root, isLast: index === roots.length - 1, ...(index === 0 ? {} : { before: roots[index - 1]! }) },
    ok(`Step ${index} of ${roots.length}, ending in state ${short(root)}.`),
  ];
}

async function replay(
  context: JobContext,
  asks: StepAsked,
  committed: Committed | undefined,
): Promise<Outcome> {
  const { manifest, sources } = context;
  const run = sources.replayStep;
  if (!manifest) return skipped(NO_MANIFEST);
  if (manifest.private)
    return skipped('The rows are private: only nodes the data owner named may replay it.');
  if (!run) return skipped('Nobody asked for a replay.');
  const program = await readBlob(sources, manifest.program);
  if (!program) return skipped('The program is not at hand here.');
  const inputs = new Map<string, Uint8Array>();
  for (const { name, source } of manifest.inputs) {
    const bytes = 'cid' in source ? await readBlob(sources, source.cid) : undefined;
    if (!bytes) return skipped(`The input ${name} is not at hand here.`);
    inputs.set(name, bytes);
  }
  const from = asks.shown?.state ? await readBlob(sources, asks.shown.state) : undefined;
  const job: ReplayJob = { manifest, program, inputs };
  const hasStart = from !== undefined && committed?.before !== undefined;
  let result: StepResult;
  try {
    result = await run.call(sources, job, {
      index: asks.index,
      ...(hasStart ? { from, fromRoot: committed!.before! } : {}),
    });
  } catch (error) {
    const { code, message } = asKoinonError(error);
    return code === 'K_STEP_STATE_MISMATCH' || code === 'K_STEP_STATE_UNFIT'
      ? failed(message, 'The state given is not the one the step began from.')
      : skipped(`This machine could not run it, which says nothing about the work: ${message}`);
  }
  return compare(context, asks, committed, result);
}

function compare(
  { evidence }: JobContext,
  { index, finding }: StepAsked,
  committed: Committed | undefined,
  { before, stateRoot, end }: StepResult,
): Outcome {
  const meaning = 'The provider signed for a step the program does not take.';
  if (!committed) {
    const own = stepOutcomeDigest(end ? { stateRoot, end } : { stateRoot });
    if (finding?.claimed === undefined || finding.step !== BigInt(index)) {
      return skipped(`It ends here in state ${short(stateRoot)}; there is nothing to compare it with.`);
    }
    return own === finding.claimed
      ? ok(`Its outcome is ${short(own)}, as its provider claimed before the court.`)
      : failed(
          `Its outcome is ${short(own)} here; its provider claimed ${short(finding.claimed)}${finding.majority === own ? ', and the jury found the same as this machine' : ''}.`,
          meaning,
        );
  }
  if (committed.before !== undefined && before !== undefined && before !== committed.before) {
    return failed(
      `Here step ${index} begins from state ${short(before)}, there from ${short(committed.before)}.`,
      'They part at an earlier step: replay that one.',
    );
  }
  if (stateRoot !== committed.root) {
    return failed(
      `From the same state it ends here in ${short(stateRoot)}; the provider committed to ${short(committed.root)}.`,
      meaning,
    );
  }
  const said = evidence.opening;
  if (committed.isLast !== (end !== undefined)) {
    return failed(
      `Here the work ${end ? 'ends with' : 'goes on after'} this step, there it ${end ? 'goes on' : 'ends'}.`,
      meaning,
    );
  }
  const isSame =
    !end || (said?.exitCode === end.exitCode && said.fuel === end.fuel && said.rawOutput === end.rawOutput);
  return isSame
    ? ok(`From the same state to the same state ${short(stateRoot)}.`)
    : failed(
        `It ends in the same state, with ${end.exitCode === said?.exitCode && end.fuel === said.fuel ? 'other files' : `exit code ${end.exitCode} and ${end.fuel} fuel here`}.`,
        'What the provider signed for was altered after the last step.',
      );
}
