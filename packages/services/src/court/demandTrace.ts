import { refusalOf } from '@koinon/chain';
import { type StepClaim, searchStep, type Trace } from '@koinon/integrity';
import { type Hex, type Order, type Signed, statementDigest, ZERO_32 } from '@koinon/protocol';
import type { CourtTools } from './courtPorts.ts';

/** Demands about one trace, two for each halving of the longest there is, and the two of the step in the end. */
const DEMANDS_MAX = 64;
/** Pause between looks while a demand is open, seconds. */
const LOOK_SECONDS = 5;

/** A root as the provider showed it to the court. */
interface Shown {
  count: number;
  root: Hex;
  path: Hex[];
}

export type Demanding = { again: number } | { dropped: string } | { claim: StepClaim };

/**
 * Demands a withheld trace on chain, root by root, as a search needs them: whoever stays silent is convicted, whoever
 * answers shows in the end the step it is to be accused of.
 */
export async function demandTrace(
  tools: CourtTools,
  { receipt, order }: { receipt: Signed<'Receipt'>; order: Order },
  mine: Trace,
): Promise<Demanding> {
  const { ports } = tools;
  const { court } = ports.chain;
  const digest = statementDigest('Receipt', receipt.message, ports.deployment);
  const now = await tools.chainSeconds();
  const made = (await court.demands()).filter(
    ({ statement, what }) => statement === digest && what === 'trace',
  );
  const open = made.find(({ outcome }) => outcome === 'open');
  // Closing it is the business of whoever made it, and of its deadline.
  if (open) return { again: Math.min(open.until, now + LOOK_SECONDS) };
  if (made.some(({ outcome }) => outcome === 'convicted')) {
    return { dropped: 'It was convicted for not showing its trace.' };
  }
  const shown = new Map<number, Shown>();
  for (const { demand, index } of made) {
    const found = await shownIn(tools, demand);
    if (found) shown.set(Math.min(Number(index), found.count - 1), found);
  }
  const next = nextOf(shown, mine);
  if ('claim' in next) return next;
  if (made.length >= DEMANDS_MAX) return { dropped: 'It was asked for more than a trace can need.' };
  try {
    const key = `demand:${digest}:trace:${next.ask}`;
    const { demand, transaction } = await court.demand(receipt, order, 'trace', BigInt(next.ask), { key });
    ports.journal.note('trace-demanded', { receipt: digest, demand, step: next.ask, transaction });
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal === 'TooOld') return { dropped: 'It is too old: its signer may have left with its stake.' };
    if (refusal !== 'AlreadyRaised') throw error;
  }
  return { again: now + LOOK_SECONDS };
}

async function shownIn({ ports }: CourtTools, demand: Hex): Promise<Shown | undefined> {
  const met = (await ports.chain.court.timeline(demand)).find(({ what }) => what === 'demand-met');
  const { count, root, path } = met?.details ?? {};
  if (count === undefined || root === undefined) return undefined;
  return { count: Number(count), root: root as Hex, path: (path ? path.split(',') : []) as Hex[] };
}

/** The root to ask for next, or the step with all that binds it. */
function nextOf(shown: ReadonlyMap<number, Shown>, mine: Trace): { ask: number } | { claim: StepClaim } {
  const [first] = shown.values();
  if (!first) return { ask: 0 };
  const roots = new Map([...shown].map(([index, { root }]) => [index, root]));
  const found = searchStep(mine, first.count, roots);
  if ('ask' in found) return found;
  const { step } = found;
  const at = shown.get(step);
  if (!at) return { ask: step };
  const before = step === 0 ? { root: ZERO_32, path: [] } : shown.get(step - 1);
  if (!before) return { ask: step - 1 };
  const numbers = { index: BigInt(step), count: BigInt(first.count) };
  return {
    claim: { ...numbers, previousRoot: before.root, previousPath: before.path, root: at.root, path: at.path },
  };
}
