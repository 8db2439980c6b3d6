import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { memoryChain } from '@koinon/chain/twin';
import { type Clock, gateInPlace, type NodePorts } from '@koinon/kernel';
import { memoryNetwork, peerIdOfKey } from '@koinon/network';
import { keySigner, sha256, toHex, utf8 } from '@koinon/protocol';
import { openStore } from '@koinon/store/disk';
import { z } from 'zod';
import { quickExecutor } from './quickExecutor.ts';

/** What a node has a hold of outside itself, at one moment. */
export interface Held {
  /** Methods it answers. */
  handlers: string[];
  /** Handlers that the chain tells of events. */
  watchers: number;
  /** Waits for the clock that have not ended. */
  timers: number;
}

export interface CountedPorts {
  ports: NodePorts;
  held(): Held;
  /** Moves the chain's time. */
  advance(seconds: number): void;
  /** Tables of the node's database. */
  tables(): string[];
  stop(): Promise<void>;
}

/** The ports of one registered node by itself, which count what is held of them. Time stands still. */
export async function countedPorts({ stake = 0n }: { stake?: bigint } = {}): Promise<CountedPorts> {
  const folder = mkdtempSync(join(tmpdir(), 'koinon-counted-'));
  const key = toHex(sha256(utf8.encode('a node by itself')));
  const signer = keySigner(key);
  const chain = memoryChain({ seed: 'counted' });
  const network = memoryNetwork({ seed: 1 }).join(signer.address, { privateKey: key });
  const store = openStore(folder);
  const connection = chain.connect(signer.address);
  const handlers = new Set<string>();
  let watchers = 0;
  let timers = 0;
  let draws = 0;
  const clock: Clock = {
    nowMs: () => 1_700_000_000_000,
    wait: (_, signal) =>
      new Promise(resolve => {
        if (signal?.aborted) return resolve();
        timers += 1;
        signal?.addEventListener('abort', () => {
          timers -= 1;
          resolve();
        });
      }),
  };
  chain.mint(signer.address, 10n ** 24n);
  await connection.nodes.register({ peerId: peerIdOfKey(key), roles: 0 });
  if (stake > 0n) await connection.nodes.stake(signer.address, stake);
  return {
    ports: {
      clock,
      random: () => sha256(utf8.encode(`${draws++}`)),
      chain: {
        ...connection,
        watch: (handler, options) => {
          watchers += 1;
          const stop = connection.watch(handler, options);
          return () => {
            watchers -= 1;
            stop();
          };
        },
      },
      network: {
        ...network,
        handle: (method, handler) => {
          const stop = network.handle(method, handler);
          handlers.add(method);
          return () => {
            handlers.delete(method);
            stop();
          };
        },
      },
      store,
      executor: quickExecutor(),
      gate: gateInPlace,
      signer,
      deployment: chain.deployment,
      journal: { note: () => undefined },
      checkpoint: () => undefined,
    },
    held: () => ({ handlers: [...handlers].sort(), watchers, timers }),
    advance: seconds => chain.advance(seconds),
    tables: () =>
      store.database
        .all(
          `SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name`,
          z.object({ name: z.string() }),
        )
        .map(({ name }) => name),
    stop: async () => {
      await connection.close();
      store.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
