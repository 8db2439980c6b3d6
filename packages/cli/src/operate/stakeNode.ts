import { join, resolve } from 'node:path';
import { decryptKey, keystoreSchema, readJson, readNodeConfig } from '@koinon/node/process';
import { deploymentSchema } from '@koinon/protocol';
import { KoinonError } from '@koinon/protocol/errors';
import type { Surroundings } from '../commands/surroundings.ts';
import { addressOf, readKey } from '../keys/keyFolder.ts';
import { readPassword } from '../keys/readPassword.ts';
import { koin, parseKoin, short } from '../terminal/amounts.ts';
import { printResult } from '../terminal/printResult.ts';
import { createProgress } from '../terminal/progress.ts';
import { usageError } from '../terminal/usageError.ts';
import { requireNodeFolder } from './startNode.ts';

export interface StakeOptions {
  account?: string;
  passwordFile?: string;
}

/** Puts KOIN at stake for a node. What is staked leaves only after three challenge windows. */
export async function stakeNode(
  surroundings: Surroundings,
  amountAsTyped: string,
  folderAsTyped: string | undefined,
  { account, passwordFile }: StakeOptions,
): Promise<void> {
  const amount = parseKoin(amountAsTyped);
  if (amount === 0n) throw usageError('Nothing is no stake.', 'Give an amount of KOIN, such as 1000.');
  const folder = resolve(folderAsTyped ?? surroundings.nodeFolder);
  requireNodeFolder(folder);
  const config = readNodeConfig(folder);
  requireCourt(config);
  const deployment = readJson(resolve(folder, config.deployment), deploymentSchema);
  const own = readJson(join(folder, 'key.json'), keystoreSchema);
  const operator = addressOf(own) as `0x${string}`;
  const payer = account === undefined ? own : (await readKey(surroundings.keysFolder, account)).keystore;
  const question = account === undefined ? 'Password of the node’s key' : `Password of ${account}`;
  const privateKey = await decryptKey(payer, await readPassword(surroundings, passwordFile, question));
  const { connectChain } = await import('@koinon/chain');
  const progress = createProgress(surroundings);
  progress.doing('asking the chain');
  const chain = await connectChain({
    rpcUrls: config.rpcUrls,
    deployment,
    privateKey,
    pollingMs: config.pollingMs,
  });
  try {
    if (!(await chain.nodes.get(operator))) {
      throw new KoinonError({
        code: 'K_NODE_UNREGISTERED',
        message: `The node ${operator} is not registered yet.`,
        fault: 'user',
        next: `Start it once, which registers it: koinon node start ${folder}`,
      });
    }
    const balance = await chain.token.balanceOf(deployment.token, chain.account!);
    if (balance < amount) {
      throw new KoinonError({
        code: 'K_BALANCE',
        message: `${chain.account} has ${koin(balance)} KOIN, less than ${koin(amount)}.`,
        fault: 'user',
        next: 'Stake less, or pay from another account with --account.',
      });
    }
    progress.doing('staking');
    const mined = await chain.nodes.stake(operator, amount);
    const stake = (await chain.nodes.get(operator))?.stake ?? 0n;
    progress.stop();
    printResult(
      surroundings,
      { operator, staked: amount, stake, ...mined },
      style =>
        `${style.green('✓')} ${koin(amount)} KOIN staked; ${short(operator)} has ${koin(stake)} at stake` +
        style.dim(`  tx ${short(mined.transaction)} · block ${mined.block}`),
    );
  } finally {
    progress.stop();
    await chain.close();
  }
}

/** Throws `K_COURT_NEEDED` where the node would have stake and answer nothing that is asked of it on chain. */
function requireCourt({ services }: ReturnType<typeof readNodeConfig>): void {
  if (services.court) return;
  throw new KoinonError({
    code: 'K_COURT_NEEDED',
    message:
      'The service "court" of this node is off: with stake, and nobody to answer on chain, the stake can be lost.',
    fault: 'user',
    next: 'Add "court": {} to "services" in config.json, start the node again, then stake.',
  });
}
