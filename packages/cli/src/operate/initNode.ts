import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import {
  createPrivateKey,
  decryptKey,
  encryptKey,
  nodeConfigSchema,
  readJson,
  servicesFor,
} from '@koinon/node/process';
import { type Deployment, deploymentSchema } from '@koinon/protocol';
import { KoinonError } from '@koinon/protocol/errors';
import { nearestName } from '@koinon/tabular';
import type { Surroundings } from '../commands/surroundings.ts';
import { listOf } from '../data/readTable.ts';
import { addressOf, readKey } from '../keys/keyFolder.ts';
import { choosePassword, readPassword } from '../keys/readPassword.ts';
import { parseKoin } from '../terminal/amounts.ts';
import { printResult } from '../terminal/printResult.ts';
import { styleFor } from '../terminal/style.ts';
import { facts } from '../terminal/table.ts';
import { usageError } from '../terminal/usageError.ts';
import { requireAddress, requireRpcUrl } from './requireOptions.ts';
import { termsOf } from './terms.ts';

export interface InitOptions {
  rpc: string[];
  deployment: string;
  name: string;
  role: string;
  provide?: boolean;
  owner?: string;
  account?: string;
  passwordFile?: string;
  httpPort: string;
  listen: string[];
  bootstrap: string[];
  pricePerJob: string;
  pricePerGigafuel: string;
  sandbox?: string;
}

const ROLES = ['custody', 'provide', 'audit', 'gateway'] as const;
const LISTEN = ['/ip4/0.0.0.0/tcp/4031'];
const RPC_TIMEOUT_MS = 10_000;

/** Makes the folder of a node: `config.json`, `deployment.json`, and `key.json`, encrypted. Nothing is written over. */
export async function initNode(
  surroundings: Surroundings,
  folderAsTyped: string | undefined,
  options: InitOptions,
): Promise<void> {
  const folder = resolve(folderAsTyped ?? surroundings.nodeFolder);
  if (existsSync(join(folder, 'config.json')) || existsSync(join(folder, 'key.json'))) {
    throw new KoinonError({
      code: 'K_NODE_EXISTS',
      message: `${folder} holds a node already.`,
      fault: 'user',
      next: `Start it: koinon node start ${folder}. Or make another in another folder.`,
    });
  }
  const rpcUrls = options.rpc.map(requireRpcUrl);
  const roles: (typeof ROLES)[number][] = options.provide
    ? ['provide', 'audit']
    : listOf(options.role).map(requireRole);
  if (roles.length === 0) throw usageError('A node needs a role.', `Give --role one of ${ROLES.join(', ')}.`);
  const deployment = readJson(options.deployment, deploymentSchema);
  await requireChain(rpcUrls, deployment, surroundings);
  const terms = termsOf(deployment, parseKoin(options.pricePerJob), parseKoin(options.pricePerGigafuel));
  const config = {
    koinon: 'node/2',
    name: options.name,
    services: servicesFor(roles, terms),
    rpcUrls,
    deployment: 'deployment.json',
    listen: options.listen.length > 0 ? options.listen : LISTEN,
    bootstrap: options.bootstrap,
    http: { host: '127.0.0.1', port: port(options.httpPort) },
    ...(options.owner === undefined ? {} : { owner: requireAddress('--owner', options.owner) }),
    ...(options.sandbox === undefined ? {} : { sandbox: requireSandbox(options.sandbox) }),
  };
  nodeConfigSchema.parse(config);
  const keystore = await keyOfNode(surroundings, options);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const write = (name: string, value: unknown) =>
    writeFile(join(folder, name), `${JSON.stringify(value, undefined, 2)}\n`, { flag: 'wx', mode: 0o600 });
  await write('key.json', keystore);
  await write('deployment.json', deployment);
  await write('config.json', config);
  const operator = addressOf(keystore);
  printResult(surroundings, { folder, operator, roles, chainId: deployment.chainId }, style =>
    [
      `${style.green('✓')} a node for ${roles.join(', ')} in ${style.bold(folder)}`,
      facts(
        [
          ['operator', operator],
          ['network', `chain ${deployment.chainId}, nodes contract ${deployment.nodes}`],
        ],
        style,
      ),
      '',
      style.dim(`Send some of the chain’s coin to ${operator} for gas, then: koinon node start ${folder}`),
    ].join('\n'),
  );
}

async function keyOfNode(surroundings: Surroundings, { account, passwordFile }: InitOptions) {
  if (account === undefined) {
    return encryptKey(createPrivateKey(), await choosePassword(surroundings, passwordFile));
  }
  const { keystore } = await readKey(surroundings.keysFolder, account);
  await decryptKey(keystore, await readPassword(surroundings, passwordFile, `Password of ${account}`));
  return keystore;
}

/** Throws `K_WRONG_CHAIN` when an endpoint serves another chain; one that is silent now is only mentioned. */
async function requireChain(
  rpcUrls: readonly string[],
  { chainId }: Deployment,
  surroundings: Surroundings,
): Promise<void> {
  const { httpTransport } = await import('@koinon/chain');
  const style = styleFor(surroundings.stderr, surroundings.environment);
  for (const [index, url] of rpcUrls.entries()) {
    const answer = await httpTransport(url)
      .request('eth_chainId', [], AbortSignal.timeout(RPC_TIMEOUT_MS))
      .catch(() => undefined);
    if (answer === undefined) {
      surroundings.stderr.write(`${style.yellow('note')} RPC endpoint ${index + 1} does not answer now\n`);
    } else if (Number(answer) !== chainId) {
      throw new KoinonError({
        code: 'K_WRONG_CHAIN',
        message: `RPC endpoint ${index + 1} serves chain ${Number(answer)}, the address file is for chain ${chainId}.`,
        fault: 'user',
        next: 'Give an endpoint of the chain the network is on, or the address file of another network.',
      });
    }
  }
}

function requireRole(text: string): (typeof ROLES)[number] {
  const role = ROLES.find(candidate => candidate === text);
  if (role) return role;
  const near = nearestName(text, ROLES);
  throw usageError(
    `There is no role "${text}"${near === undefined ? '' : `; did you mean "${near}"?`}`,
    `Roles: ${ROLES.join(', ')}.`,
  );
}

function requireSandbox(text: string): 'required' | 'available' {
  if (text === 'required' || text === 'available') return text;
  throw usageError(`--sandbox cannot be "${text}".`, 'Give required or available.');
}

function port(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= 65_535) return value;
  throw usageError(`--http-port cannot be "${text}".`, 'Give a number from 1 to 65535.');
}
