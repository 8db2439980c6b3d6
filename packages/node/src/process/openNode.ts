import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Chain, connectChain, sqliteJournal, sqliteSnapshot } from '@koinon/chain';
import { fileCheckpoints } from '@koinon/executors';
import type { Checkpoint, Journal, NodePorts } from '@koinon/kernel';
import { sqlDatabaseOver, systemClock } from '@koinon/kernel';
import { gateInWorkers } from '@koinon/kernel/host';
import { peerIdOfKey, type Tap } from '@koinon/network';
import { createNetwork } from '@koinon/network/libp2p';
import { type Hex, KoinonError, keySigner } from '@koinon/protocol';
import { openStore } from '@koinon/store/disk';
import { createNode, type KoinonNode } from '../createNode.ts';
import { serveNode } from '../http/serveNode.ts';
import { decryptKey, keystoreSchema } from '../keys/keystore.ts';
import { type NodeConfig, readDeployment, readJson, readNodeConfig, sandboxSetting } from './nodeConfig.ts';
import { openExecutor } from './openExecutor.ts';
import { type SandboxFacts, sandboxFacts } from './sandboxFacts.ts';
import { readShippedPrograms } from './shippedPrograms.ts';

export interface OpenNodeOptions {
  /** The password of the node's keystore. */
  password: string;
  journal: Journal;
  checkpoint?: Checkpoint;
  /** Sees every byte for other nodes before encryption. */
  wireTap?: Tap;
  /** See `NodePorts`; for tests. */
  alterResult?: NodePorts['alterResult'];
  version: string;
}

export interface RunningNode {
  node: KoinonNode;
  operator: Hex;
  /** Base URL of page and API. */
  url: string;
  /** What confines jobs here, as `/api/status` tells it. */
  sandbox(): Promise<SandboxFacts>;
  stop(): Promise<void>;
}

/** Starts the node of a folder: store, chain, network, services, page. Everything real; `createNode` has the logic. */
export async function openNode(home: string, options: OpenNodeOptions): Promise<RunningNode> {
  const config = readNodeConfig(home);
  const deployment = readDeployment(home, config);
  const sandbox = sandboxSetting(config);
  // Beside key and chain, which take longer.
  const opening = openExecutor(sandbox, options.journal);
  opening.catch(() => {});
  const privateKey = await decryptKey(readJson(join(home, 'key.json'), keystoreSchema), options.password);
  const signer = keySigner(privateKey);
  const closers: Array<() => Promise<unknown> | unknown> = [];
  const stop = async (): Promise<void> => {
    for (const close of closers.reverse().splice(0)) await close();
  };
  try {
    const store = openStore(join(home, 'data'));
    closers.push(() => store.close());
    const chain = await connectChain({
      rpcUrls: config.rpcUrls,
      deployment,
      privateKey,
      pollingMs: config.pollingMs,
      journal: sqliteJournal(sqlDatabaseOver(store.database, 'chainTransactions')),
      snapshot: sqliteSnapshot(sqlDatabaseOver(store.database, 'chainIndex')),
    });
    closers.push(() => chain.close());
    const network = await createNetwork({
      privateKey,
      listen: config.listen,
      bootstrap: config.bootstrap,
      ...(options.wireTap ? { wireTap: options.wireTap } : {}),
      directory: {
        find: async operator => {
          const record = await chain.nodes.get(operator);
          return record && { operator, peerId: record.peerId, multiaddrs: record.multiaddrs };
        },
      },
    });
    const executor = await opening;
    const gate = gateInWorkers(systemClock);
    closers.push(() => gate.close());
    const checkpointFolder = join(home, 'data', 'checkpoints');
    mkdirSync(checkpointFolder, { recursive: true, mode: 0o700 });
    const node = await createNode(
      {
        clock: systemClock,
        random: () => new Uint8Array(randomBytes(32)),
        chain,
        network,
        store,
        executor,
        gate,
        alterResult: options.alterResult,
        checkpointsOf: order => fileCheckpoints(join(checkpointFolder, order)),
        signer,
        deployment,
        journal: options.journal,
        checkpoint: options.checkpoint ?? (() => undefined),
      },
      {
        services: config.services,
        anchorDelayMs: config.anchorDelayMs,
        claimEveryMs: config.claimEveryMs,
        limits: {
          sandbox,
          slots: config.slots,
          maxRunMs: config.maxRunMs,
          maxMemoryBytes: config.maxMemoryBytes,
        },
        version: options.version,
      },
      readShippedPrograms(),
    );
    closers.push(() => node.stop());
    await network.start();
    closers.push(() => network.stop());
    await enterRegistry(chain, config, node.roles, privateKey, network.multiaddrs());
    node.takeUp();
    const http = await serveNode(node, { ...config.http, name: config.name, token: apiToken(home) });
    closers.push(() => http.close());
    options.journal.note('node-started', {
      operator: signer.address,
      url: http.url,
      services: node.services.map(({ name }) => name),
    });
    return {
      node,
      operator: signer.address,
      url: http.url,
      sandbox: async () => sandboxFacts(sandbox, await executor.confinement()),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Makes the registry say where this node is: once for a new node, again when its addresses or roles changed. */
async function enterRegistry(
  chain: Chain,
  config: NodeConfig,
  roleMask: number,
  privateKey: Hex,
  multiaddrs: string[],
): Promise<void> {
  const operator = chain.account;
  if (!operator) throw new KoinonError({ code: 'K_NO_ACCOUNT', message: 'No operator key.', fault: 'bug' });
  const known = await chain.nodes.get(operator);
  if (!known) {
    await chain.nodes.register({
      peerId: peerIdOfKey(privateKey),
      roles: roleMask,
      multiaddrs,
      ...(config.owner ? { owner: config.owner } : {}),
    });
    return;
  }
  if (known.multiaddrs.join() !== multiaddrs.join()) await chain.nodes.announce(multiaddrs);
  if (known.roles !== roleMask) await chain.nodes.setRoles(roleMask);
}

/** The token that API calls which sign, spend or change anything must carry: a file only this user can read. */
function apiToken(home: string): string {
  const path = join(home, 'api-token');
  if (!existsSync(path)) writeFileSync(path, randomBytes(24).toString('base64url'), { mode: 0o600 });
  return readFileSync(path, 'utf8').trim();
}
