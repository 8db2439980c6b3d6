import { type Deployment, fromHex, type Hex, utf8, ZERO_ADDRESS } from '@koinon/protocol';
import { KoinonError } from '@koinon/protocol/errors';
import { type Clock, systemClock } from '../clock.ts';
import type { Beacon } from '../port/beacon.ts';
import type { BlockHead, Chain, ChainEvent } from '../port/chain.ts';
import type { Contracts } from '../port/contracts.ts';
import { allowances } from './calls/allow.ts';
import { evmAudits } from './calls/audits.ts';
import { evmBeacon } from './calls/beacon.ts';
import { evmCourt } from './calls/court.ts';
import { evmDatasets } from './calls/datasets.ts';
import { evmEscrow } from './calls/escrow.ts';
import { evmModels } from './calls/models.ts';
import { evmNodes } from './calls/nodes.ts';
import type { CallParts } from './calls/parts.ts';
import { signPermit, type WithPermit } from './calls/permit.ts';
import { evmToken } from './calls/token.ts';
import { contractCalls } from './contracts/contractCalls.ts';
import { type Deployed, deployedContracts } from './contracts/deployed.ts';
import { drandProofs } from './drandRelay.ts';
import { eventIndex } from './index/eventIndex.ts';
import type { IndexSnapshotPort } from './index/snapshot.ts';
import { type Block, getBlock, getReceipt, headOf, minedOf } from './rpc/answers.ts';
import { failoverRpc, type Rpc } from './rpc/failover.ts';
import { pollHeads } from './rpc/heads.ts';
import { badAnswer } from './rpc/quantity.ts';
import { httpTransport, type RpcTransport } from './rpc/transport.ts';
import { memoryJournal, type TransactionJournal } from './transactions/journal.ts';
import { readOnly } from './transactions/readOnly.ts';
import { transactionSender } from './transactions/sender.ts';

export interface ConnectChainOptions {
  /** HTTP endpoints of one chain, the preferred first. */
  rpcUrls?: readonly string[];
  /** Instead of `rpcUrls`. */
  transports?: readonly RpcTransport[];
  deployment: Deployment;
  /** Whose transactions are sent; without it the chain can only be read. */
  privateKey?: Hex;
  /** Where sent transactions are remembered; in memory by default, which a restart forgets. */
  journal?: TransactionJournal;
  /** Where the event index is remembered; without it a start reads the events again. */
  snapshot?: IndexSnapshotPort;
  /** Where the proof of a drand round (96 bytes, see DrandBeacon.sol) is had from; quicknet's public relays by default. */
  beaconProof?: (round: bigint) => Promise<Hex | undefined>;
  clock?: Clock;
  /** How often the newest block is asked for while somebody waits for it or for a transaction, milliseconds; 500. */
  pollingMs?: number;
  /**
   * To what the pause grows while nobody waits and nothing happens, milliseconds: events are told within it. 12 s, or 24
   * quick polls where that is less.
   */
  idlePollingMs?: number;
  /** A transaction is sent again with a higher fee when it was not mined within this, milliseconds. */
  stuckAfterMs?: number;
  /** Blocks that must stand on a transaction, its own included, before it counts. */
  confirmations?: number;
  /** Endpoints more blocks than this behind the best are passed over. */
  staleBlocks?: number;
  /** Longest one request may take at one endpoint, milliseconds. */
  timeoutMs?: number;
  rounds?: number;
  backoffMs?: number;
}

const IDLE_POLLING_MS = 12_000;
/** How often the event index is written down while events come, and while only blocks do, milliseconds. */
const SNAPSHOT_EVERY_MS = 10_000;
const SNAPSHOT_OF_BLOCKS_EVERY_MS = 600_000;
/** How long a permit stays usable, seconds. */
const PERMIT_SECONDS = 3_600n;

/**
 * The network's settlement on an EVM chain. Throws `K_RPC_UNREACHABLE`, `K_WRONG_CHAIN` when an endpoint serves another
 * chain than the address file names, `K_NO_CONTRACTS` when there is no code at an address.
 */
export async function connectChain(options: ConnectChainOptions): Promise<Chain> {
  const { deployment, privateKey, clock = systemClock, pollingMs = 500 } = options;
  const { idlePollingMs = Math.min(IDLE_POLLING_MS, 24 * pollingMs) } = options;
  const transports = options.transports ?? (options.rpcUrls ?? []).map(httpTransport);
  if (transports.length === 0) throw noEndpoint();
  const rpc = failoverRpc({ ...options, transports, chainId: deployment.chainId, clock });
  try {
    await rpc.refreshHeads();
    await checkContracts(rpc, deployment, transports[0]!.name);
  } catch (error) {
    rpc.close();
    throw error;
  }
  const heads = pollHeads({ rpc, clock, pollingMs, idlePollingMs });
  const index = eventIndex({
    rpc,
    deployment,
    ...(options.snapshot === undefined ? {} : { snapshot: options.snapshot }),
  });
  const sender =
    privateKey === undefined
      ? undefined
      : transactionSender({
          rpc,
          heads,
          clock,
          chainId: deployment.chainId,
          privateKey,
          journal: options.journal ?? memoryJournal(),
          stuckAfterMs: options.stuckAfterMs ?? 30_000,
          confirmations: options.confirmations ?? 1,
        });
  const account = sender?.account;
  const contracts = contractCalls({ rpc, index, sender });
  const on = deployedContracts(deployment);
  let permits: Promise<unknown> = Promise.resolve();

  const withPermit: WithPermit = (spender, amount, use) => {
    const turn = permits.then(async () => {
      if (privateKey === undefined || account === undefined) throw readOnly('moving tokens');
      const [nonce, head] = await Promise.all([contracts.read(on.token, 'nonces', [account]), latest()]);
      const permit = await signPermit(
        {
          chainId: deployment.chainId,
          token: on.token.address,
          owner: account,
          spender: on[spender].address,
          amount,
          nonce,
          deadline: BigInt(head.timestampSeconds) + PERMIT_SECONDS,
        },
        privateKey,
      );
      return use(permit);
    });
    permits = turn.catch(() => undefined);
    return turn;
  };

  async function latest(): Promise<BlockHead> {
    const block = await getBlock(rpc, 'latest');
    if (block === undefined) throw badAnswer('no newest block');
    return headOf(block);
  }

  async function blockAt(number: number): Promise<BlockHead> {
    const block = await getBlock(rpc, number);
    if (block !== undefined) return headOf(block);
    throw new KoinonError({
      code: 'K_NO_BLOCK',
      message: `The chain has no block ${number} yet, or keeps it no longer.`,
      fault: 'chain',
      data: { block: number },
    });
  }

  const watchers = new Set<(event: ChainEvent) => void>();
  let savedAtMs = clock.nowMs();
  let hasNews = false;
  let stopIndexing: (() => void) | undefined;
  index.listen(event => {
    hasNews = true;
    heads.quicken();
    if (event.type === 'reorganised') {
      rpc.lowerFloor(event.block);
      // What was mined on blocks that are gone is sent again.
      void sender?.resume().catch(() => undefined);
    }
    for (const watcher of [...watchers]) watcher(event);
  });

  async function onHead(head: Block): Promise<void> {
    try {
      await index.sync(head);
    } catch {
      return; // The next block brings the index up to date.
    }
    for (const watcher of [...watchers]) watcher({ type: 'block', block: headOf(head) });
    const everyMs = hasNews ? SNAPSHOT_EVERY_MS : SNAPSHOT_OF_BLOCKS_EVERY_MS;
    if (clock.nowMs() - savedAtMs < everyMs) return;
    savedAtMs = clock.nowMs();
    if (save()) hasNews = false;
  }

  /** Whether it could: a disk that is full now may have room later, and a start without a snapshot reads the chain again. */
  function save(): boolean {
    try {
      index.save();
      return true;
    } catch {
      return false;
    }
  }

  function end(): void {
    watchers.clear();
    sender?.close();
    heads.close();
    rpc.close();
  }

  let kind: Beacon['kind'];
  try {
    await sender?.resume();
    kind = await beaconKind(contracts, on);
  } catch (error) {
    // What the sender took up must not live on beside the next connection's.
    end();
    throw error;
  }

  async function waitForBlock(number: number, signal?: AbortSignal): Promise<BlockHead> {
    signal?.throwIfAborted();
    const early = await getBlock(rpc, number);
    if (early !== undefined) return headOf(early);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const abort = () => reject(signal?.reason);
    signal?.addEventListener('abort', abort, { once: true });
    const stop = heads.listen(head => {
      if (head.number >= number) resolve();
    });
    try {
      await promise;
    } finally {
      stop();
      signal?.removeEventListener('abort', abort);
    }
    return blockAt(number);
  }

  const sending = { contracts, account: account ?? ZERO_ADDRESS };
  const parts: CallParts = {
    ...{ ...sending, on, index, rpc, heads, waitForBlock, withPermit, block: blockAt },
    allow: allowances(sending),
  };
  const court = evmCourt(parts);

  return {
    deployment,
    account,
    block: tag => (tag === 'latest' ? latest() : blockAt(tag)),
    waitForBlock,
    nodes: evmNodes(parts),
    escrow: evmEscrow(parts),
    datasets: evmDatasets(parts),
    models: evmModels(parts),
    token: evmToken(parts),
    beacon: evmBeacon({ ...parts, kind, proofOf: options.beaconProof ?? drandProofs(clock) }),
    audits: evmAudits(parts),
    contracts,
    court,
    async delays() {
      const [challengeWindowSeconds, unstakeSeconds, closeSeconds, courtTerms] = await Promise.all([
        contracts.read(on.nodes, 'CHALLENGE_WINDOW', []),
        contracts.read(on.nodes, 'UNSTAKE_DELAY', []),
        contracts.read(on.escrow, 'CLOSE_DELAY', []),
        court.terms(),
      ]);
      return { challengeWindowSeconds, unstakeSeconds, closeSeconds, court: courtTerms };
    },
    watch(handler, { everyBlock = false } = {}) {
      watchers.add(handler);
      stopIndexing ??= heads.listen((head, isNew) => {
        if (isNew) void onHead(head);
      }, 'idle');
      const dawdle = everyBlock ? heads.listen(() => undefined) : undefined;
      return () => {
        watchers.delete(handler);
        dawdle?.();
        if (watchers.size > 0) return;
        stopIndexing?.();
        stopIndexing = undefined;
      };
    },
    async mined(transaction) {
      const receipt = await getReceipt(rpc, transaction);
      return receipt === undefined ? undefined : minedOf(receipt);
    },
    async close() {
      end();
      save();
    },
  };
}

async function beaconKind(contracts: Contracts, on: Deployed): Promise<Beacon['kind']> {
  const text = utf8.decode(fromHex(await contracts.read(on.beacon, 'kind', []))).replace(/\0+$/, '');
  if (text === 'block' || text === 'drand-quicknet') return text;
  throw badAnswer(`a beacon of the kind ${JSON.stringify(text)}`);
}

async function checkContracts(rpc: Rpc, deployment: Deployment, endpoint: string): Promise<void> {
  const { koinon: _, chainId, startBlock: __, ...addresses } = deployment;
  const names = Object.keys(addresses) as (keyof typeof addresses)[];
  const codes = await Promise.all(names.map(name => rpc.request('eth_getCode', [addresses[name], 'latest'])));
  const missing = names.filter((_, i) => codes[i] === '0x' || typeof codes[i] !== 'string');
  if (missing.length === 0) return;
  throw new KoinonError({
    code: 'K_NO_CONTRACTS',
    message: `The chain at ${endpoint} has no contract at the address of ${missing.join(', ')}.`,
    fault: 'user',
    data: { missing, chainId },
    next: 'The address file is of another network, or the chain was started afresh: deploy again (`koinon deploy`) or use the right file.',
  });
}

function noEndpoint(): KoinonError {
  return new KoinonError({
    code: 'K_RPC_UNREACHABLE',
    message: 'No RPC URL was given.',
    fault: 'user',
    next: 'Give the URL of an RPC endpoint of the chain with --rpc.',
  });
}
