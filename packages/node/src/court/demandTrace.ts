import type { Order, Signed } from '@koinon/protocol';
import { statementDigest } from '@koinon/protocol';
import { type CourtTools, refusalOf } from './courtPorts.ts';

/** How many demands an answering provider is put to before this node gives up on it. */
const DEMANDS_MAX = 3;
/** Pause between looks while a demand is open, seconds. */
const LOOK_SECONDS = 5;

/**
 * Demands a withheld trace on chain, root by root: whoever stays silent is convicted, whoever answers shows that it is
 * there and is asked for all of it again.
 */
export async function demandTrace(
  tools: CourtTools,
  { receipt, order }: { receipt: Signed<'Receipt'>; order: Order },
): Promise<{ again: number } | { dropped: string }> {
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
  if (made.length >= DEMANDS_MAX) return { dropped: 'It answers on chain and to nobody else.' };
  try {
    const { demand, transaction } = await court.demand(receipt, order, 'trace', BigInt(made.length), {
      key: `demand:${digest}:trace:${made.length}`,
    });
    ports.journal.note('trace-demanded', { receipt: digest, demand, transaction });
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal === 'TooOld') return { dropped: 'It is too old: its signer may have left with its stake.' };
    if (refusal !== 'AlreadyRaised') throw error;
  }
  return { again: now + LOOK_SECONDS };
}
