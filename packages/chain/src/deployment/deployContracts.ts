import { type Deployment, type Hex, within, ZERO_ADDRESS } from '@koinon/protocol';
import { blockBeaconAbi, courtEvidenceAbi, drandBeaconAbi, namesAbi } from '@koinon/protocol/abi';
import { KoinonError } from '@koinon/protocol/errors';
import { privateKeyToAccount } from 'viem/accounts';
import { encodeDeployData, getContractAddress } from 'viem/utils';
import { type Clock, systemClock } from '../clock.ts';
import { abis } from '../evm/contracts/deployed.ts';
import { failoverRpc } from '../evm/rpc/failover.ts';
import { pollHeads } from '../evm/rpc/heads.ts';
import { hexNumber } from '../evm/rpc/quantity.ts';
import { httpTransport, RpcAnswerError, type RpcTransport } from '../evm/rpc/transport.ts';
import { memoryJournal, type TransactionJournal } from '../evm/transactions/journal.ts';
import { transactionSender } from '../evm/transactions/sender.ts';
import { lower } from '../lower.ts';
import type { Beacon } from '../port/beacon.ts';
import { type AuditOptions, auditTerms, type CourtOptions, courtTerms } from './courtTerms.ts';
import { DEFAULT_BEACON_MARGIN_SECONDS, QUICKNET } from './quicknet.ts';

export interface DeployOptions {
  rpcUrls?: readonly string[];
  /** Instead of `rpcUrls`. */
  transports?: readonly RpcTransport[];
  /** Pays, and gets the whole supply of KOIN. */
  privateKey: Hex;
  /** May propose another court and nothing else; the deploying account by default. */
  governor?: Hex;
  /** Base units of KOIN, 18 decimals; below 2^96. */
  supply?: bigint;
  /** How long evidence is heard, seconds. Unstaking takes three of it, closing a channel two. */
  challengeWindowSeconds?: number;
  /** Where lots get their randomness: `block` (default) for local chains, drand's quicknet for real ones. */
  beacon?: Beacon['kind'];
  /** Terms of the court, which is in office from the first block; for a real network by default. */
  court?: CourtOptions;
  audits?: AuditOptions;
  clock?: Clock;
  pollingMs?: number;
  journal?: TransactionJournal;
}

/** A week: long enough for a holiday weekend and a node that is down. */
const DEFAULT_CHALLENGE_WINDOW_SECONDS = 604_800;
/** Longest that an endpoint takes to say which chain it serves, milliseconds. */
/** A thousand million KOIN. */
export const DEFAULT_SUPPLY = 10n ** 27n;

const order = [
  'token',
  'nodes',
  'escrow',
  'datasets',
  'models',
  'beacon',
  'audits',
  'evidence',
  'court',
  'names',
] as const;
type Deployed = (typeof order)[number];
const artefacts = {
  token: 'KoinToken',
  nodes: 'Nodes',
  escrow: 'Escrow',
  datasets: 'Datasets',
  models: 'Models',
  audits: 'Audits',
  evidence: 'CourtEvidence',
  court: 'Court',
  names: 'Names',
} as const;

/**
 * Puts the network's contracts on a chain and answers its address file. The addresses follow from the account and its
 * next nonce, so that all are sent at once. Throws `K_RPC_UNREACHABLE`, `K_NO_GAS_COIN`, `K_CHAIN_REVERTED`.
 */
export async function deployContracts(options: DeployOptions): Promise<Deployment> {
  const { privateKey, clock = systemClock, pollingMs = 500 } = options;
  const { challengeWindowSeconds = DEFAULT_CHALLENGE_WINDOW_SECONDS } = options;
  const { default: bytecode } = await import('@koinon/protocol/bytecode', { with: { type: 'json' } });
  const transports = options.transports ?? (options.rpcUrls ?? []).map(httpTransport);
  const chainId = await chainIdOf(transports, clock);
  const rpc = failoverRpc({ transports, chainId, clock });
  const heads = pollHeads({ rpc, clock, pollingMs, idlePollingMs: pollingMs });
  const sender = transactionSender({
    rpc,
    heads,
    clock,
    chainId,
    privateKey,
    journal: options.journal ?? memoryJournal(),
    stuckAfterMs: 60_000,
    confirmations: 1,
  });
  try {
    const deployer = lower(privateKeyToAccount(privateKey).address);
    const first = hexNumber(await rpc.request('eth_getTransactionCount', [deployer, 'pending']));
    const startBlock = hexNumber(await rpc.request('eth_blockNumber', []));
    const address = (name: Deployed) =>
      lower(getContractAddress({ from: deployer, nonce: BigInt(first + order.indexOf(name)) }));
    const isDrand = options.beacon === 'drand-quicknet';
    const { genesis, period, publicKey } = QUICKNET;
    const audits = auditTerms(challengeWindowSeconds, options.audits);
    const constructorArgs = {
      token: [deployer, options.supply ?? DEFAULT_SUPPLY],
      nodes: [address('token'), options.governor ?? deployer, challengeWindowSeconds, address('court')],
      escrow: [address('nodes')],
      datasets: [],
      models: [],
      beacon: isDrand ? [genesis, period, publicKey, BigInt(DEFAULT_BEACON_MARGIN_SECONDS)] : [],
      audits: [address('nodes'), address('token'), address('beacon'), audits.ticketOdds, audits.plantDeposit],
      evidence: [
        ...[address('nodes'), address('escrow'), address('audits'), address('beacon'), ZERO_ADDRESS],
        courtTerms(challengeWindowSeconds, options.court),
      ],
      court: [address('evidence')],
      names: [address('nodes')],
    };
    const creations = {
      ...abis,
      beacon: isDrand ? drandBeaconAbi : blockBeaconAbi,
      evidence: courtEvidenceAbi,
      names: namesAbi,
    };
    const named = { ...artefacts, beacon: isDrand ? 'DrandBeacon' : 'BlockBeacon' } as const;
    const receipts = await Promise.all(
      order.map(name => {
        const data = encodeDeployData({
          abi: creations[name],
          bytecode: bytecode[named[name]] as Hex,
          args: constructorArgs[name],
        } as Parameters<typeof encodeDeployData>[0]);
        const doing = `deploying ${named[name]}`;
        return sender.send({ to: null, data, doing, gas: deploymentGas(data) });
      }),
    );
    const deployment = { koinon: 'deployment/3' as const, chainId, startBlock };
    receipts.forEach((receipt, i) => {
      if (receipt.contractAddress === address(order[i]!)) return;
      throw new KoinonError({
        code: 'K_DEPLOY_RACED',
        message: 'Another transaction of the deploying account came between, so the contracts do not match.',
        fault: 'user',
        next: 'Deploy again while nothing else sends from this account.',
      });
    });
    const names = order.filter(name => name !== 'evidence');
    const addresses = Object.fromEntries(names.map(name => [name, address(name)]));
    return { ...deployment, ...(addresses as Record<(typeof names)[number], Hex>) };
  } finally {
    sender.close();
    heads.close();
    rpc.close();
  }
}

/**
 * Gas limit of a creation, without an estimate: the constructors read contracts that are not there yet. Calldata at most
 * 16 a byte, code 200 a byte (EIP-170), init code, and room for the constructor's own writes.
 */
function deploymentGas(data: Hex): bigint {
  const bytes = BigInt((data.length - 2) / 2);
  return 53_000n + bytes * 218n + 500_000n;
}

/** For an endpoint to say which chain it is of. */
const CHAIN_ID_TIMEOUT_MS = 10_000;

async function chainIdOf(transports: readonly RpcTransport[], clock: Clock): Promise<number> {
  let failure: unknown;
  for (const transport of transports) {
    try {
      return hexNumber(
        await within(clock, CHAIN_ID_TIMEOUT_MS, signal => transport.request('eth_chainId', [], signal)),
      );
    } catch (error) {
      if (error instanceof RpcAnswerError) throw error;
      failure = error;
    }
  }
  // The same words as any other request to nobody.
  if (transports.length > 0) {
    await failoverRpc({ transports, chainId: 1, clock, rounds: 1 }).request('eth_chainId', []);
  }
  throw new KoinonError({
    code: 'K_RPC_UNREACHABLE',
    message: 'No RPC endpoint of the chain answers.',
    fault: 'chain',
    next: 'Check the RPC URL.',
    cause: failure,
  });
}
