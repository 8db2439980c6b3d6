import type { Broken, Evidence } from './check.ts';
import { sum } from './money.ts';

/** Each receipt is paid once, both sides have the same total, and what was promised has been claimed. */
export async function paymentsAgree({ world, reader, plans }: Evidence): Promise<Broken[]> {
  const broken: Broken[] = [];
  const say = (subject: string, what: string) => broken.push({ checker: 'payments', subject, what });
  for (const { name } of plans) {
    const { node, operator } = world.member(name);
    const { channels } = node.kernel;
    for (const { channel, params, cumulativeAmount } of channels.list()) {
      const receipts = sum(channels.payments(channel).map(({ amount }) => amount));
      if (receipts !== cumulativeAmount) {
        say(name, `channel ${channel} is at ${cumulativeAmount}, its receipts come to ${receipts}`);
      }
      if (params.payee !== operator) continue;
      const payer = plans.find(other => world.operatorOf(other.name) === params.payer)!.name;
      const theirs = world.member(payer).node.kernel.channels.get(channel)?.cumulativeAmount;
      if (theirs === undefined || theirs < cumulativeAmount) {
        say(
          name,
          `it was paid ${cumulativeAmount} through ${channel}, and ${payer} knows of ${theirs ?? 0n}`,
        );
      }
      const { claimed } = await reader.escrow.channel(params);
      if (claimed < cumulativeAmount) {
        say(name, `of ${cumulativeAmount} that it was paid through ${channel} it has claimed ${claimed}`);
      }
    }
  }
  return broken;
}
