import type { Hex } from '@koinon/protocol';
import { type Broken, type Evidence, nameOf } from './check.ts';
import { insideEscrow, stakeIn } from './money.ts';

/** Who did what it should has what it had, less what it agreed to pay and more what it was paid. */
export async function honestLoseNothing(evidence: Evidence): Promise<Broken[]> {
  const { world, reader, plans, cheat } = evidence;
  const { token, nodes } = world.chain.deployment as { token: Hex; nodes: Hex };
  const broken: Broken[] = [];
  for (const { name, stake, purse } of plans) {
    const operator = world.operatorOf(name);
    if (name === cheat) continue;
    const has =
      (await reader.token.balanceOf(token, operator)) +
      (await insideEscrow(reader, token, operator)) +
      (await stakeIn(reader, nodes, operator)) +
      (await reader.court.owed(token, operator)) +
      (await reader.audits.fundOf(operator, token));
    const paid = await claimedOf(evidence, { payer: operator });
    const earned = await claimedOf(evidence, { payee: operator });
    const lost = purse + stake - paid + earned - has;
    if (lost > 0n)
      broken.push({ checker: 'honest', subject: name, what: `it lost ${lost} that it never agreed to` });
  }
  return broken;
}

/** Base units claimed from the party's channels; what a payer got back counts as paid, and is in its balance again. */
async function claimedOf({ reader }: Evidence, party: { payer?: Hex; payee?: Hex }): Promise<bigint> {
  let total = 0n;
  for (const { params } of await reader.escrow.channels(party)) {
    total += (await reader.escrow.channel(params)).claimed;
  }
  return total;
}

/** The court convicts nobody who did what it should. */
export async function honestAreNotConvicted(evidence: Evidence): Promise<Broken[]> {
  const convictions = await evidence.reader.court.convictions();
  return convictions.flatMap(({ accused, ground }) => {
    const subject = nameOf(evidence, accused);
    return subject === evidence.cheat
      ? []
      : [{ checker: 'honest', subject, what: `the court convicted it on the ground of ${ground}` }];
  });
}
