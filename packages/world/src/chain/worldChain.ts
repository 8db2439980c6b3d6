import {
  type Chain,
  type ConnectChainOptions,
  connectChain,
  memoryJournal,
  type TransactionJournal,
} from '@koinon/chain';
import type { AuditOptions, CourtOptions } from '@koinon/chain/deployment';
import { type Deployment, fromHex, type Hex } from '@koinon/protocol';
import { koinTokenAbi } from '@koinon/protocol/abi';
import { privateKeyToAccount } from 'viem/accounts';
import { encodeFunctionData, keccak256 } from 'viem/utils';
import type { Loop } from '../loop/loop.ts';
import type { Random } from '../loop/random.ts';
import { BASE_FEE_WEI } from './blockHeader.ts';
import { endpoint } from './endpoint.ts';
import type { EndpointFaults } from './endpointFaults.ts';
import { type EvmChain, evmChain } from './evmChain.ts';
import { evmTransport } from './evmTransport.ts';
import { genesisOf, TREASURY, TREASURY_KEY } from './genesis.ts';

export interface WorldChainOptions {
  loop: Loop;
  random: Random;
  /** Seconds between two blocks. */
  blockSeconds?: number;
  challengeWindowSeconds?: number;
  court?: CourtOptions;
  audits?: AuditOptions;
  /** How often nodes ask for the newest block while they wait for something, milliseconds. */
  pollingMs?: number;
  /** How seldom while nothing happens, milliseconds. */
  idlePollingMs?: number;
  /** Blocks that must stand on a transaction, its own included, before it counts. */
  confirmations?: number;
}

export interface WorldConnectOptions
  extends Partial<Omit<ConnectChainOptions, 'rpcUrls' | 'transports' | 'deployment' | 'clock'>> {
  /** How the endpoint misbehaves; may be changed while the world lives. */
  endpoint?: EndpointFaults;
  /** Instead of one endpoint, the preferred first. */
  endpoints?: readonly EndpointFaults[];
}

/** The chain of a world: real contracts in an EVM, under the world's time and seed. */
export interface WorldChain {
  readonly deployment: Deployment;
  readonly evm: EvmChain;
  /** The chain as that account sees it over an endpoint of this world. Without a key read only. Throws as `connectChain`. */
  connect(options?: WorldConnectOptions): Promise<Chain>;
  /** Gives KOIN, base units, and coins for gas, at once. */
  fund(account: Hex, amounts: { koin?: bigint; wei?: bigint }): Promise<void>;
  /**
   * Puts empty blocks in the place of the newest, so many; what was in them waits again, or is lost. Throws `RangeError`
   * for more blocks than this world has made.
   */
  reorganise(depth: number, options?: { lose?: (transaction: Hex) => boolean }): Promise<void>;
  /** Closes every connection. */
  close(): Promise<void>;
}

/**
 * A chain with the network's contracts. A waiting transaction is mined at the next slot, which is a whole multiple of the
 * block time. An empty block is made when somebody asks for the newest and its slot has passed: one, however many slots
 * have. So an idle chain costs nothing, and heights still rise for whoever looks.
 */
export async function worldChain(options: WorldChainOptions): Promise<WorldChain> {
  const { loop, random, blockSeconds = 2, pollingMs, idlePollingMs, confirmations } = options;
  const { challengeWindowSeconds, court, audits } = options;
  const begunSeconds = Math.floor(loop.nowMs() / 1_000);
  const { deployment, past } = await loop.outside(
    genesisOf({
      atSeconds: begunSeconds,
      ...(challengeWindowSeconds === undefined ? {} : { challengeWindowSeconds }),
      ...(court === undefined ? {} : { court }),
      ...(audits === undefined ? {} : { audits }),
    }),
  );
  const genesisHeight = past.blocks.length - 1;
  const mix = random.of('mix');
  const slotMs = blockSeconds * 1_000;
  /** The last slot that has come, unix seconds. */
  const slot = () => Math.floor(loop.nowMs() / slotMs) * blockSeconds;
  const evm = await evmChain({
    ...{ from: past, mining: 'manual', nowSeconds: () => slot() + blockSeconds },
    mixOf: () => mix.bytes32(),
  });
  /** When each waiting transaction came. What comes at a slot is of the next. */
  const cameAtMs = new Map<Hex, number>();
  /** Public keys of who is known to have signed what, by its hash. */
  const signers = new Map<Hex, Uint8Array>();
  let mining: (() => void) | undefined;
  const connections = new Set<Chain>();
  let connected = 0;

  async function freshen(): Promise<void> {
    const seconds = slot();
    const isDue = (transaction: Hex) => (cameAtMs.get(transaction) ?? 0) < seconds * 1_000;
    const block = await evm.reach(seconds, { isDue });
    for (const { transaction } of block?.receipts ?? []) cameAtMs.delete(transaction);
  }

  /** Has what waits mined at the next slot. */
  function mineSoon(): void {
    mining ??= loop.at((slot() + blockSeconds) * 1_000, () => {
      mining = undefined;
      void freshen().then(() => {
        // What found no room, or came while the block was made.
        if (evm.head().receipts.length > 0 && evm.waiting().length > 0) mineSoon();
      });
    });
  }

  async function send(raw: Hex): Promise<Hex> {
    const hash = keccak256(raw);
    cameAtMs.set(hash, loop.nowMs());
    await evm.send(raw, signers.get(hash));
    signers.delete(hash);
    mineSoon();
    return hash;
  }

  const node = evmTransport(evm, { name: 'the chain of this world', freshen, send });
  const treasury = privateKeyToAccount(TREASURY_KEY);

  const giving = async (nonce: bigint, to: Hex, gas: bigint, rest: { value?: bigint; data?: Hex }) =>
    evm.send(
      await treasury.signTransaction({
        ...{ type: 'eip1559', chainId: evm.chainId, nonce: Number(nonce), to, gas, ...rest },
        ...{ maxFeePerGas: 2n * BASE_FEE_WEI, maxPriorityFeePerGas: 1n },
      }),
      publicKeyOf(treasury),
    );

  /** The journal, from which the chain learns who signed what the sender puts down. */
  function noting(privateKey: Hex, journal = memoryJournal()): TransactionJournal {
    const publicKey = publicKeyOf(privateKeyToAccount(privateKey));
    return {
      put(entry) {
        for (const { hash } of entry.attempts) signers.set(hash, publicKey);
        journal.put(entry);
      },
      get: (account, chainId, key) => journal.get(account, chainId, key),
      pending: (account, chainId) => journal.pending(account, chainId),
      recent: (account, chainId, count) => journal.recent(account, chainId, count),
    };
  }

  let gifts: Promise<unknown> = Promise.resolve();

  async function give(account: Hex, { koin = 0n, wei = 0n }: { koin?: bigint; wei?: bigint }): Promise<void> {
    await freshen();
    let nonce = await evm.nextNonce(TREASURY);
    const sent: Hex[] = [];
    if (wei > 0n) sent.push(await giving(nonce++, account, 21_000n, { value: wei }));
    if (koin > 0n) {
      const data = encodeFunctionData({
        ...{ abi: koinTokenAbi, functionName: 'transfer', args: [account, koin] },
      });
      sent.push(await giving(nonce, deployment.token as Hex, 100_000n, { data }));
    }
    await evm.mine({
      timestampSeconds: evm.head().timestampSeconds,
      isDue: transaction => sent.includes(transaction),
    });
  }

  return {
    deployment,
    evm,
    async connect({ endpoint: one = {}, endpoints = [one], ...rest } = {}) {
      const place = random.of(`connection ${connected++}`);
      const transports = endpoints.map((faults, i) =>
        endpoint(node, {
          ...{ name: `endpoint ${i}`, faults, loop, random: place.of(`${i}`) },
          ...{ firstBlock: genesisHeight, forget: evm.forget },
        }),
      );
      const chain = await connectChain({
        ...{ transports, deployment, clock: loop.clock },
        ...(pollingMs === undefined ? {} : { pollingMs }),
        ...(idlePollingMs === undefined ? {} : { idlePollingMs }),
        ...(confirmations === undefined ? {} : { confirmations }),
        ...rest,
        ...(rest.privateKey === undefined ? {} : { journal: noting(rest.privateKey, rest.journal) }),
      });
      connections.add(chain);
      return chain;
    },
    fund: (account, amounts) => {
      // One after the other: two at once would sign one nonce.
      const gift = gifts.then(() => give(account, amounts));
      gifts = gift.catch(() => undefined);
      return gift;
    },
    async reorganise(depth, { lose = () => false } = {}) {
      const to = evm.head().number - depth;
      if (to < genesisHeight) throw new RangeError(`there are no ${depth} blocks that this world has made`);
      const times = Array.from({ length: depth }, (_, i) => evm.block(to + 1 + i)!.timestampSeconds);
      await evm.goBack(to, lose);
      for (const timestampSeconds of times) await evm.mine({ timestampSeconds, isDue: () => false });
      mineSoon();
    },
    async close() {
      mining?.();
      await Promise.all([...connections].map(chain => chain.close()));
    },
  };
}

/** 64 bytes. */
const publicKeyOf = ({ publicKey }: { publicKey: Hex }) => fromHex(publicKey).subarray(1);
