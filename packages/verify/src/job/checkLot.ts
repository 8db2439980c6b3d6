import { type AuditEvidence, assurances, drawAuditors, drawId, logLeafHash } from '@koinon/protocol';
import { asked, type Check, failed, type Outcome, ok, skipped } from '../check.ts';
import { count, list, short } from '../words.ts';
import { compareBeacon } from './checkBeacon.ts';
import type { JobContext } from './context.ts';

type LotChoice = Extract<AuditEvidence['choice'], { by: 'lot' }>;

/** Draws the lot again, and compares what it was drawn from with the chain. */
export async function* checkLot(
  context: JobContext,
  audit: AuditEvidence,
  choice: LotChoice,
  prefix: string,
): AsyncGenerator<Check> {
  const { evidence, check, sources, digests, manifest } = context;
  const said = audit.report.message;
  const { message: order } = evidence.order;
  const { anchor, leafSalt } = evidence.inclusion;
  const leaf = logLeafHash('Receipt', digests.receipt, leafSalt);

  yield await check(`${prefix}.choice`, 'The lot falls on this auditor, and on nobody’s choice.', () => {
    if (manifest?.private) {
      return failed(
        'The rows are private.',
        'Nobody drawn by lot may see them, so this report cannot be true.',
      );
    }
    if (order.assurance !== assurances.replay && order.assurance !== assurances.redundant) {
      return failed('The order does not ask for an auditor drawn by lot.', 'It was put together wrongly.');
    }
    const { candidates } = choice;
    if (new Set(candidates.map(({ operator }) => operator)).size !== candidates.length) {
      return failed('A candidate stands in the list twice.', 'Its chance was raised.');
    }
    if (candidates.some(({ operator }) => operator === order.provider || operator === order.requester)) {
      return failed(
        'A party of the job is among the candidates.',
        'It could have been drawn to check itself.',
      );
    }
    const draw = drawId(choice.beacon, leaf);
    if (draw !== said.draw) {
      return failed(
        `The report names draw ${short(said.draw)}, it comes to ${short(draw)}.`,
        'It was drawn for another receipt, or from another beacon.',
      );
    }
    const eligible = candidates.reduce((sum, { stake }) => sum + stake, 0n);
    if (eligible > choice.total) {
      return failed('The candidates have more stake than there is.', 'Their chances were altered.');
    }
    const lot = drawAuditors(draw, candidates, choice.total);
    if (lot && lot.round !== choice.round) {
      return failed(
        `It falls on somebody in round ${lot.round}, not ${choice.round}.`,
        'Somebody chose the auditor, or altered the list of candidates.',
      );
    }
    const drawn = lot?.auditors ?? [];
    return drawn.includes(said.auditor)
      ? ok(
          `Drawn in round ${choice.round} among ${count(candidates.length, 'candidate')} by stake, from beacon ${short(choice.beacon)}.`,
        )
      : failed(
          `Drawn again it falls on ${list(drawn.map(short)) || 'nobody'}, not on ${short(said.auditor)}.`,
          'Somebody chose the auditor, or altered the list of candidates.',
        );
  });
  yield await check(`${prefix}.beacon`, 'The lot was drawn from a number nobody could know before.', () =>
    compareBeacon(sources, anchor.block, choice),
  );
  yield await check(`${prefix}.candidates`, 'Everybody who had stake could be drawn, and nobody else.', () =>
    compareCandidates(context, choice),
  );
}

async function compareCandidates(
  { evidence, sources }: JobContext,
  { candidates, total, stakeBlock }: LotChoice,
): Promise<Outcome> {
  const { block: anchorBlock } = evidence.inclusion.anchor;
  if (stakeBlock !== anchorBlock - 1) {
    return failed(
      `Stakes were taken as of block ${stakeBlock}; the log was anchored in block ${anchorBlock}.`,
      'They must be those of the block before, or somebody could stake after the log was known.',
    );
  }
  const askTotal = sources.totalStake;
  if (askTotal) {
    const staked = await asked(() => askTotal.call(sources, stakeBlock));
    if (staked !== total) {
      return failed(
        `All nodes together are said to have ${total}; the chain says ${staked}.`,
        'It would make the lot fall earlier or later than it did.',
      );
    }
  }
  const ask = sources.candidates;
  if (!ask)
    return skipped(
      `${count(candidates.length, 'candidate')} named; the chain was not asked for their stakes.`,
    );
  const { provider, requester } = evidence.order.message;
  const real = await asked(() => ask.call(sources, { anchorBlock, provider, requester }));
  const staked = new Map(real.map(({ operator, stake }) => [operator.toLowerCase(), stake]));
  for (const { operator, stake } of candidates) {
    if (staked.get(operator) !== stake) {
      return failed(
        `${short(operator)} is named with ${stake}; the chain says ${staked.get(operator) ?? 'it was no candidate'}.`,
        'The lot was drawn from a false list.',
      );
    }
    staked.delete(operator);
  }
  const [left] = [...staked].filter(([, stake]) => stake > 0n);
  return left
    ? failed(`${short(left[0])} had stake and was left out.`, 'The lot was drawn from a false list.')
    : ok(
        `${count(candidates.length, 'candidate')} with the stakes the chain had before block ${anchorBlock}.`,
      );
}
