import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Chain, connectChain } from '@koinon/chain';
import { deployContracts, LOCAL_COURT } from '@koinon/chain/deployment';
import { type Anvil, devAccount, startAnvil } from '@koinon/chain/devnet';
import { readJson } from '@koinon/node/process';
import { type Deployment, deploymentSchema, KoinonError } from '@koinon/protocol';
import { usageError } from '../terminal/usageError.ts';
import { configureMember, createMember, type MemberHome } from './createMember.ts';
import { members, witness } from './members.ts';
import { nameOwned } from './nameOwned.ts';
import { takeNetworkFolder } from './networkFolder.ts';
import { type NodeProcess, startNodeProcess } from './nodeProcess.ts';

const KOIN = 10n ** 18n;
const WORKING_KOIN = 1_000n;
const COINS_WEI = 10n ** 21n;
const BLOCK_SECONDS = 0.1;
/** A block now and then while nothing happens, so that time goes on; more would only fill the disk. */
const IDLE_BLOCK_SECONDS = 10;
/** The same where deadlines of the court are seconds. */
const HURRIED_IDLE_BLOCK_SECONDS = 1;
const HURRIED_BELOW_SECONDS = 86_400;
/** The page and API of the researcher's node, unless it is taken. */
const RESEARCHER_PORT = 4020;

export interface LocalNetwork {
  folder: string;
  rpcUrl: string;
  deployment: Deployment;
  isNew: boolean;
  nodes: ReadonlyMap<string, NodeProcess>;
  /** A connection of the account that deployed the network and has its play money. */
  treasury: Chain;
  node(name: string): NodeProcess;
  /** Starts a member that is not running, with further arguments. */
  restart(name: string, extra?: string[]): Promise<NodeProcess>;
  stop(): Promise<void>;
}

export interface LocalNetworkOptions {
  fresh?: boolean;
  /** How long evidence is heard; fixed when a network is made. A week unless it is said. */
  challengeWindowSeconds?: number;
  onProgress?(text: string): void;
}

/**
 * A whole network on this machine: a chain, the contracts, and the members as processes that talk libp2p. What it did
 * is kept in the folder and goes on at the next start, unless `fresh`. Throws `K_USAGE` where a window is asked for and
 * the network has one.
 */
export async function startLocalNetwork(folder: string, options: LocalNetworkOptions): Promise<LocalNetwork> {
  const say = options.onProgress ?? (() => undefined);
  const giveBack = takeNetworkFolder(folder, { fresh: options.fresh === true });
  const closers: Array<() => unknown> = [giveBack];
  const stop = async (): Promise<void> => {
    for (const close of closers.reverse().splice(0)) await close();
  };
  try {
    const deploymentPath = join(folder, 'deployment.json');
    const stateFile = join(folder, 'chain.json');
    const isNew = !existsSync(deploymentPath);
    const window = options.challengeWindowSeconds;
    if (window !== undefined && !isNew) {
      throw usageError(
        'This network has a challenge window already; it was fixed when the contracts were made.',
        'Make a new network with --fresh, or keep another one with --home FOLDER.',
      );
    }
    say('starting the chain');
    const anvil: Anvil = await startAnvil({
      stateFile,
      blockTimeSeconds: BLOCK_SECONDS,
      idleBlockSeconds:
        window !== undefined && window < HURRIED_BELOW_SECONDS
          ? HURRIED_IDLE_BLOCK_SECONDS
          : IDLE_BLOCK_SECONDS,
    });
    closers.push(() => anvil.stop());
    const { rpcUrl } = anvil;
    const account = devAccount(0);
    if (isNew) say('putting the contracts on it');
    const deployment = isNew
      ? await deployContracts({
          rpcUrls: [rpcUrl],
          privateKey: account.privateKey,
          pollingMs: 50,
          court: LOCAL_COURT,
          ...(window === undefined ? {} : { challengeWindowSeconds: window }),
        })
      : readJson(deploymentPath, deploymentSchema);
    const treasury = await connectChain({
      rpcUrls: [rpcUrl],
      deployment,
      privateKey: account.privateKey,
      pollingMs: 50,
    });
    closers.push(() => treasury.close());

    // One process less is a second less: the main job needs no witness, a court that is to be seen at work does.
    const hasWitness = window !== undefined || existsSync(join(folder, witness.name));
    const cast = hasWitness ? [...members, witness] : members;
    const homes = await Promise.all(cast.map(member => createMember(folder, member)));
    const homeOf = (name: string): MemberHome => homes.find(({ member }) => member.name === name)!;
    const newcomers = homes.filter(home => home.isNew);
    await Promise.all(newcomers.map(home => fund(treasury, rpcUrl, home)));
    const configure = (home: MemberHome, httpPort: number): void => {
      const owner = homeOf(home.member.ownedBy ?? home.member.name).operator;
      configureMember(home, { rpcUrl, deployment, owner, httpPort });
    };
    const startMember = async (home: MemberHome, httpPort: number): Promise<NodeProcess> => {
      configure(home, httpPort);
      try {
        return await startNodeProcess(home.member.name, home.home);
      } catch (error) {
        // Somebody else has the port people know; any other will do.
        const isTaken = error instanceof KoinonError && error.code === 'K_HTTP_PORT' && httpPort !== 0;
        if (!isTaken) throw error;
        return startMember(home, 0);
      }
    };
    say(`starting ${homes.length} nodes`);
    const nodes = new Map<string, NodeProcess>();
    closers.push(() => Promise.all([...nodes.values()].map(node => node.stop())));
    await settleAll(
      homes.map(async home => {
        const { name } = home.member;
        nodes.set(name, await startMember(home, name === 'researcher' ? RESEARCHER_PORT : 0));
      }),
    );
    // In the order of the members, whichever was up first.
    for (const [name, node] of homes.map(({ member }) => [member.name, nodes.get(member.name)!] as const)) {
      nodes.delete(name);
      nodes.set(name, node);
    }
    await Promise.all(
      newcomers
        .filter(({ member }) => member.stakeKoin > 0n)
        .map(({ member, operator }) => treasury.nodes.stake(operator, member.stakeKoin * KOIN)),
    );
    if (isNew) {
      await anvil.saveState();
      writeFileSync(deploymentPath, `${JSON.stringify(deployment, undefined, 2)}\n`);
    }
    writeFileSync(
      join(folder, 'network.json'),
      JSON.stringify({
        rpcUrl,
        pid: process.pid,
        nodes: homes.map(({ member, home, operator }) => ({
          name: member.name,
          home,
          operator,
          url: nodes.get(member.name)!.url,
        })),
      }),
    );
    const naming = new AbortController();
    closers.push(() => naming.abort());
    void nameOwned(
      homes.flatMap(({ operator: node, member: { name, ownedBy } }) =>
        ownedBy === undefined ? [] : [{ node, name, owner: nodes.get(ownedBy)! }],
      ),
      naming.signal,
    );
    return {
      folder,
      rpcUrl,
      deployment,
      isNew,
      nodes,
      treasury,
      node: name => nodes.get(name)!,
      restart: async (name, extra = []) => {
        const restarted = await startNodeProcess(name, homeOf(name).home, extra);
        nodes.set(name, restarted);
        return restarted;
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function fund(treasury: Chain, rpcUrl: string, { operator }: MemberHome): Promise<void> {
  await fetch(rpcUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'anvil_setBalance',
      params: [operator, `0x${COINS_WEI.toString(16)}`],
    }),
  });
  await treasury.token.transfer(treasury.deployment.token, operator, WORKING_KOIN * KOIN);
}

/** Waits for all, then throws the first failure: nothing that was started is left unaccounted for. */
async function settleAll(tasks: Promise<void>[]): Promise<void> {
  for (const result of await Promise.allSettled(tasks)) if (result.status === 'rejected') throw result.reason;
}
