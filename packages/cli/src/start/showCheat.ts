import { courtRoutes } from '@koinon/api';
import { courtActSentence } from '@koinon/protocol/courtWords';
import type { LocalNetwork } from '../local/startLocalNetwork.ts';
import { short } from '../terminal/amounts.ts';
import { clientOf, type MainJobListener } from './runMainJob.ts';

/** Every stage of the court takes a fourteenth of it: ten seconds. */
export const CHEAT_WINDOW_SECONDS = 140;
const LOOK_EVERY_MS = 500;

/** Has one provider, the one that will get the work, alter a byte of every public output; answers its name. */
export async function makeOneCheat(network: LocalNetwork): Promise<string> {
  // Of equal offers the one with the lower address is taken.
  const [cheat] = ['alder', 'birch'].sort((a, b) =>
    network.node(a).operator < network.node(b).operator ? -1 : 1,
  ) as [string, string];
  await network.node(cheat).stop();
  await network.restart(cheat, ['--tamper-output']);
  return cheat;
}

/** Tells what the court does, act by act as it happens, until the dispute is decided and the stake taken. */
export async function followDispute(
  network: LocalNetwork,
  { tell, doing }: MainJobListener,
  signal: AbortSignal,
): Promise<void> {
  const client = clientOf(network, 'researcher');
  const nameOf = (address: string) =>
    [...network.nodes.values()].find(({ operator }) => operator === address)?.name ?? short(address);
  let told = 0;
  doing('the auditor goes to court');
  while (!signal.aborted) {
    const [summary] = (await client.call(courtRoutes.disputes)).disputes;
    if (summary) {
      const { timeline, outcome } = await client.call(courtRoutes.dispute, {
        params: { id: summary.id },
      });
      for (const act of timeline.slice(told)) {
        const title = `${act.who ? `${nameOf(act.who)}: ` : ''}${courtActSentence(act)}`;
        tell({ title, evidence: [`tx ${short(act.transaction)}`] });
      }
      told = timeline.length;
      if (outcome !== 'open' && timeline.some(({ what }) => what === 'enforced')) return;
      doing('the court takes its time: sealing, opening, appeal');
    }
    await new Promise(resolve => setTimeout(resolve, LOOK_EVERY_MS));
  }
}
