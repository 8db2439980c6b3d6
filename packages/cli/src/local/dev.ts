import type { Surroundings } from '../commands/surroundings.ts';
import { parseSeconds } from '../terminal/parseSeconds.ts';
import { printResult } from '../terminal/printResult.ts';
import { createProgress } from '../terminal/progress.ts';
import { facts, table } from '../terminal/table.ts';
import { members, witness } from './members.ts';
import { networkSandbox, networkSandboxLine } from './networkSandbox.ts';
import { startLocalNetwork } from './startLocalNetwork.ts';

/** Brings the local network up, says where everything is, and stays until it is told to leave. */
export async function dev(
  surroundings: Surroundings,
  { fresh, challengeWindow }: { fresh?: boolean; challengeWindow?: string },
): Promise<void> {
  const window =
    challengeWindow === undefined ? undefined : parseSeconds('--challenge-window', challengeWindow, 14);
  const stopping = Promise.withResolvers<void>();
  const leave = () => stopping.resolve();
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, leave);
  const progress = createProgress(surroundings);
  try {
    const network = await startLocalNetwork(surroundings.home, {
      ...(fresh ? { fresh } : {}),
      ...(window === undefined ? {} : { challengeWindowSeconds: window }),
      onProgress: text => progress.doing(text),
    }).finally(progress.stop);
    try {
      const nodes = [...network.nodes.values()].map(({ name, url, operator, pid }) => ({
        name,
        url,
        operator,
        pid,
      }));
      const sandbox = await networkSandbox(network);
      const value = {
        home: surroundings.home,
        rpcUrl: network.rpcUrl,
        chainId: network.deployment.chainId,
        isNew: network.isNew,
        nodes,
        sandbox,
      };
      printResult(surroundings, value, style =>
        [
          `${style.green('✓')} ${style.bold('The network is up')}${network.isNew ? '' : ', with what it had before'}`,
          '',
          table(
            ['NODE', 'PAGE AND API', 'WHAT IT DOES'],
            nodes.map(({ name, url }) => [
              name,
              url,
              [...members, witness].find(member => member.name === name)?.about ?? '',
            ]),
            style,
          ),
          '',
          facts(
            [
              ['chain', `${network.rpcUrl} (chain ${network.deployment.chainId})`],
              ['kept in', surroundings.home],
              ['sandbox', networkSandboxLine(sandbox)],
            ],
            style,
          ),
          '',
          style.dim('In another terminal: koinon data publish FILE.csv --target COLUMN, then koinon train …'),
          style.dim('Ctrl-C stops everything; what was done is kept.'),
        ].join('\n'),
      );
      await stopping.promise;
      progress.doing('stopping the nodes');
    } finally {
      await network.stop().finally(progress.stop);
    }
  } finally {
    for (const signal of signals) process.removeListener(signal, leave);
  }
}
