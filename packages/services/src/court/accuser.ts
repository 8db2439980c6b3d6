import { refusalOf } from '@koinon/chain';
import {
  firstDifference,
  outcomeAfter,
  type StepClaim,
  sealSalt,
  stepClaim,
  type Trace,
  traceRoot,
} from '@koinon/integrity';
import type { Dossier } from '@koinon/kernel';
import { decodeManifest, type Hex, KoinonError, ZERO_32 } from '@koinon/protocol';
import type { CourtTools, LookAgain } from './courtPorts.ts';
import { type Demanding, demandTrace } from './demandTrace.ts';
import { obtainTrace } from './obtainTrace.ts';

/**
 * Brings a receipt that this node found false before the court: two runs of its own that agree, the trace its provider
 * committed to, the first step at which they part. What the provider does not hand out is demanded on chain.
 */
export async function workCase(tools: CourtTools, receipt: Hex): Promise<LookAgain> {
  const { cases, ports, replays, signal } = tools;
  if (cases.get(receipt)?.state !== 'found') return undefined;
  const drop = (reason: string): undefined => {
    cases.drop(receipt, reason);
    ports.journal.note('case-dropped', { receipt, reason });
    return undefined;
  };
  const dossier = tools.evidence.dossierOf(receipt);
  if (!dossier) return drop('What it is about is not known here any more.');
  if (decodeManifest(dossier.manifest).private) return drop('Jurors must not see private rows.');
  if (await ports.chain.court.groundOf(receipt)) return drop('It was found false already.');
  let mine: Trace;
  try {
    mine = await replays.twice(receipt, dossier, [], signal);
  } catch (error) {
    const isFinal = error instanceof KoinonError && FINAL.has(error.code);
    if (isFinal) return drop(error.message);
    throw error;
  }
  const found = await stepOf(tools, receipt, dossier, mine);
  if ('again' in found) return found.again;
  if ('dropped' in found) return drop(found.dropped);
  return accuse(tools, receipt, dossier, found.claim, outcomeAfter(mine, found.claim.previousRoot));
}

const FINAL = new Set(['K_REPLAY_UNSTABLE', 'K_NO_STEPS', 'K_DOSSIER_WRONG']);

/** The step to accuse, with all that binds it to the receipt. */
async function stepOf(
  tools: CourtTools,
  receipt: Hex,
  { opening, receipt: signed, order }: Dossier,
  mine: Trace,
): Promise<Demanding> {
  let roots = mine.roots;
  // Where all states are mine, only what it ended with can differ.
  if (opening.trace !== traceRoot(mine.roots)) {
    try {
      const { provider } = signed.message;
      roots = (await obtainTrace(tools.ports, provider, receipt, opening, tools.signal)).roots;
      tools.replayBook.keepServed(receipt, roots);
    } catch (error) {
      if (!(error instanceof KoinonError) || error.code !== 'K_TRACE_WITHHELD') throw error;
      return demandTrace(tools, { receipt: signed, order: order.message }, mine);
    }
  }
  const index = firstDifference(mine, { roots, end: opening });
  if (index === undefined) {
    return { dropped: 'Every step is as this node has it: what differs is beyond the execution.' };
  }
  return { claim: stepClaim(roots, index) };
}

async function accuse(
  tools: CourtTools,
  receipt: Hex,
  { receipt: signed, order, opening }: Dossier,
  claim: StepClaim,
  outcome: Hex,
): Promise<LookAgain> {
  const { cases, ports, secret } = tools;
  const { court } = ports.chain;
  const seal = court.sealOf(outcome, sealSalt(secret, receipt));
  try {
    const { dispute, transaction } = await court.accuse(signed, order.message, opening, claim, seal, {
      key: `accuse:${receipt}:${claim.index}`,
    });
    cases.accuse(receipt, dispute);
    ports.journal.note('dispute-accused', { receipt, dispute, step: claim.index, transaction });
    await ports.checkpoint('dispute-accused');
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal === 'AlreadyRaised') {
      const others = (await court.disputes()).find(view => view.receipt === receipt);
      cases.accuse(receipt, others?.dispute ?? ZERO_32);
      return undefined;
    }
    if (refusal !== 'TooOld') throw error;
    cases.drop(receipt, 'It is too old: its signer may have left with its stake.');
  }
  return undefined;
}
