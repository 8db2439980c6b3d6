import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { decryptKey } from '@koinon/node/process';
import type { Hex } from '@koinon/protocol';
import { KoinonError } from '@koinon/protocol/errors';
import type { Surroundings } from '../commands/surroundings.ts';
import { readKey } from '../keys/keyFolder.ts';
import { readPassword } from '../keys/readPassword.ts';
import { parseKoin } from '../terminal/amounts.ts';
import { parseSeconds } from '../terminal/parseSeconds.ts';
import { printResult } from '../terminal/printResult.ts';
import { createProgress } from '../terminal/progress.ts';
import { facts } from '../terminal/table.ts';
import { usageError } from '../terminal/usageError.ts';
import { requireAddress, requireRpcUrl } from './requireOptions.ts';

export interface DeployOptions {
  rpc: string;
  account: string;
  passwordFile?: string;
  output: string;
  governor?: string;
  supply?: string;
  challengeWindow?: string;
  beacon?: string;
  jurySeats?: string;
}

/** Puts a network on a chain. An address file that is there is never written over: it is the way to the old network. */
export async function deploy(surroundings: Surroundings, options: DeployOptions): Promise<void> {
  const rpcUrl = requireRpcUrl(options.rpc);
  const governor =
    options.governor === undefined ? undefined : requireAddress('--governor', options.governor);
  const supply = options.supply === undefined ? undefined : parseKoin(options.supply);
  const window =
    options.challengeWindow === undefined
      ? undefined
      : parseSeconds('--challenge-window', options.challengeWindow);
  const beacon = options.beacon === undefined ? undefined : beaconKind(options.beacon);
  const jurySeats = options.jurySeats === undefined ? undefined : seats(options.jurySeats);
  if (existsSync(options.output)) {
    throw new KoinonError({
      code: 'K_FILE_EXISTS',
      message: `${options.output} is there already.`,
      fault: 'user',
      next: 'Name another file with --output, or move it away.',
    });
  }
  const { keystore, address } = await readKey(surroundings.keysFolder, options.account);
  const password = await readPassword(surroundings, options.passwordFile, `Password of ${options.account}`);
  const privateKey: Hex = await decryptKey(keystore, password);
  const { deployContracts } = await import('@koinon/chain/deployment');
  const progress = createProgress(surroundings);
  progress.doing(`sending ten contracts from ${address}`);
  const deployment = await deployContracts({
    rpcUrls: [rpcUrl],
    privateKey,
    ...(governor === undefined ? {} : { governor }),
    ...(supply === undefined ? {} : { supply }),
    ...(window === undefined ? {} : { challengeWindowSeconds: window }),
    ...(beacon === undefined ? {} : { beacon }),
    ...(jurySeats === undefined ? {} : { court: { jurySeats } }),
  }).finally(progress.stop);
  // From here on the contracts are paid for: their addresses are said even if the file cannot be written.
  const text = `${JSON.stringify(deployment, undefined, 2)}\n`;
  await writeFile(options.output, text, { flag: 'wx' }).catch(cause => {
    throw new KoinonError({
      code: 'K_FILE',
      message: `The contracts are on the chain, but ${options.output} cannot be written: ${String(cause)}.`,
      fault: 'platform',
      data: { deployment },
      next: `Write it by hand: ${JSON.stringify(deployment)}`,
      cause,
    });
  });
  const { koinon: _, chainId, startBlock, ...contracts } = deployment;
  printResult(surroundings, { file: options.output, ...deployment }, style =>
    [
      `${style.green('✓')} the network is on chain ${chainId}, from block ${startBlock}; its address file is ${style.bold(options.output)}`,
      facts(Object.entries(contracts), style),
      '',
      style.dim(`A node of it: koinon node init --rpc ${rpcUrl} --deployment ${options.output}`),
    ].join('\n'),
  );
}

function beaconKind(text: string): 'block' | 'drand-quicknet' {
  if (text === 'block' || text === 'drand-quicknet') return text;
  throw usageError(`--beacon cannot be "${text}".`, 'Give block or drand-quicknet.');
}

function seats(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= 1_000) return value;
  throw usageError(`--jury-seats cannot be "${text}".`, 'Give a whole number, such as 15.');
}
