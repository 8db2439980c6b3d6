import type { Hex } from '@koinon/protocol';
import { asKoinonError, KoinonError } from '@koinon/protocol/errors';
import { privateKeyToAccount } from 'viem/accounts';
import { keccak256 } from 'viem/utils';
import type { Clock } from '../../clock.ts';
import { type Block, getReceipt, minedOf, type TransactionReceipt } from '../rpc/answers.ts';
import { closedError, type Rpc } from '../rpc/failover.ts';
import type { Heads } from '../rpc/heads.ts';
import { hexBigint, hexNumber, quantity } from '../rpc/quantity.ts';
import { RpcAnswerError } from '../rpc/transport.ts';
import { type Fees, raised, suggestFees } from './fees.ts';
import type { JournaledTransaction, TransactionJournal } from './journal.ts';
import { type Refuser, revertData, revertedError } from './revert.ts';

export interface Call {
  /** null creates a contract. */
  to: Hex | null;
  data: Hex;
  /** For error texts: "anchoring the log". */
  doing: string;
  /** Skips the estimate, and with it the trial run. */
  gas?: bigint;
  /** Tells what its refusals mean; those of the network's own contracts are known anyway. */
  contract?: Refuser;
}

export interface Sender {
  readonly account: Hex;
  /**
   * Signs, writes to the journal, broadcasts and waits until it is mined; raises the fee when it is stuck. The same key
   * gives the same receipt and sends nothing again. Throws `K_CHAIN_REVERTED`, `K_NO_GAS_COIN`, `K_CHAIN_REJECTED`,
   * `K_RPC_UNREACHABLE` (before anything was signed only), `K_CHAIN_CLOSED`.
   */
  send(call: Call, key?: string): Promise<TransactionReceipt>;
  /** Takes up what the journal holds: waits for the pending, sends again what a chain that went back has lost. */
  resume(): Promise<void>;
  close(): void;
}

export interface SenderOptions {
  rpc: Rpc;
  heads: Heads;
  clock: Clock;
  chainId: number;
  privateKey: Hex;
  journal: TransactionJournal;
  /** Without a receipt after this long the transaction is sent again with higher fees, milliseconds. */
  stuckAfterMs: number;
  /** Blocks that must stand on a transaction, its own included. */
  confirmations: number;
}

interface Flight {
  entry: JournaledTransaction;
  /** Unknown where an earlier life sent it. */
  contract?: Refuser | undefined;
  sentAtMs: number;
  settled: PromiseWithResolvers<TransactionReceipt>;
}

/** How many settled transactions are looked at again after the chain went back or the process started. */
const RECENT = 32;
/** Room above the estimate: state may change between estimate and execution. */
const gasLimit = (estimate: bigint) => (estimate * 5n) / 4n + 10_000n;

/** The one sender of a key: two senders of one key would race for nonces. */
export function transactionSender(options: SenderOptions): Sender {
  const { rpc, heads, clock, chainId } = options;
  const signer = privateKeyToAccount(options.privateKey);
  const account = signer.address.toLowerCase() as Hex;
  const journal: TransactionJournal = {
    get: (...args) => options.journal.get(...args),
    pending: (...args) => options.journal.pending(...args),
    recent: (...args) => options.journal.recent(...args),
    put(entry) {
      // The journal is another's by now.
      if (closed) throw closedError();
      options.journal.put(entry);
    },
  };
  const flights = new Map<string, Flight>();
  const starting = new Map<string, Promise<Flight>>();
  let queue: Promise<unknown> = Promise.resolve();
  let stopListening: (() => void) | undefined;
  let minedNext = 0;
  let checking = false;
  let unseen = false;
  let closed = false;

  /** One at a time: nonces are given out and broadcast in order. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = queue.then(work, work);
    queue = turn.catch(() => undefined);
    return turn;
  }

  async function transactionCount(tag: 'latest' | 'pending'): Promise<number> {
    return hexNumber(await rpc.request('eth_getTransactionCount', [account, tag]));
  }

  /** The nonce after all others that are taken; that of the flight itself does not count. */
  async function nextNonce(of?: Flight): Promise<number> {
    const ours = [...flights.values()].filter(it => it !== of).map(it => it.entry.nonce + 1);
    return Math.max(await transactionCount('pending'), minedNext, ...ours);
  }

  async function attempt(entry: JournaledTransaction, fees: Fees): Promise<void> {
    const raw = await signer.signTransaction({
      type: 'eip1559',
      chainId,
      nonce: entry.nonce,
      data: entry.data,
      gas: entry.gas,
      maxFeePerGas: fees.maxFeePerGasWei,
      maxPriorityFeePerGas: fees.maxPriorityFeePerGasWei,
      ...(entry.to === null ? {} : { to: entry.to }),
    });
    entry.attempts.push({ hash: keccak256(raw), raw, ...fees });
  }

  async function estimate(call: Call): Promise<bigint> {
    const transaction = { from: account, data: call.data, ...(call.to === null ? {} : { to: call.to }) };
    try {
      // On `pending`, so that a call may build on one that is still on its way.
      return gasLimit(hexBigint(await rpc.request('eth_estimateGas', [transaction, 'pending'])));
    } catch (error) {
      if (/insufficient funds|InsufficientFunds/i.test(String(error))) throw noGasCoin(account, call.doing);
      const data = revertData(error);
      if (data !== undefined) throw revertedError(call.contract, data, call.doing, error);
      throw error instanceof RpcAnswerError ? rejected(call.doing, error) : error;
    }
  }

  function track(entry: JournaledTransaction, contract?: Refuser): Flight {
    const settled = Promise.withResolvers<TransactionReceipt>();
    const flight = { entry, contract, sentAtMs: clock.nowMs(), settled };
    flight.settled.promise.catch(() => undefined);
    flights.set(entry.key, flight);
    stopListening ??= heads.listen((head, isNew) => void check(head, isNew));
    return flight;
  }

  /** It may have been settled while something was asked. */
  const isFlying = (flight: Flight) => flights.get(flight.entry.key) === flight;

  function land(flight: Flight): void {
    flights.delete(flight.entry.key);
    if (flights.size === 0) {
      stopListening?.();
      stopListening = undefined;
    }
  }

  async function start(call: Call, key: string | undefined): Promise<Flight> {
    if (closed) throw closedError();
    const known = key === undefined ? undefined : journal.get(account, chainId, key);
    if (known !== undefined) {
      const again = await takeUp(known);
      if (again !== undefined) return again;
    }
    const gas = call.gas ?? (await estimate(call));
    // What was refused may have been taken by an endpoint whose answer was lost: under the same nonce only one is mined.
    const dropped = known?.outcome.status === 'dropped' ? known : undefined;
    const [nonce, fees] = await Promise.all([dropped?.nonce ?? nextNonce(), suggestFees(rpc)]);
    const entry: JournaledTransaction = {
      account,
      key: key ?? '',
      chainId,
      nonce,
      to: call.to,
      data: call.data,
      gas,
      doing: call.doing,
      attempts: [...(dropped?.attempts ?? [])],
      submittedAtMs: clock.nowMs(),
      outcome: { status: 'pending' },
    };
    const last = entry.attempts.at(-1);
    await attempt(entry, last === undefined ? fees : raised(last, fees));
    if (key === undefined) entry.key = `hash:${entry.attempts[0]!.hash}`;
    if (closed) throw closedError();
    journal.put(entry);
    const flight = track(entry, call.contract);
    try {
      await broadcast(flight);
    } catch (error) {
      // It is on its way, and was looked into no further.
      if (asKoinonError(error).code === 'K_RPC_UNREACHABLE') return flight;
      journal.put({ ...entry, outcome: { status: 'dropped' } });
      land(flight);
      throw error;
    }
    return flight;
  }

  /** The flight of what the journal knows already; undefined when it came to nothing and may be sent anew. */
  async function takeUp(known: JournaledTransaction): Promise<Flight | undefined> {
    const flying = flights.get(known.key);
    if (flying !== undefined) return flying;
    const { outcome } = known;
    if (outcome.status === 'dropped' || outcome.status === 'reverted') return undefined;
    const flight = track(structuredClone(known));
    try {
      const receipt = await findReceipt(flight.entry);
      if (!isFlying(flight)) return flight;
      const isKnown = outcome.status === 'mined' && outcome.mined.blockHash === receipt?.blockHash;
      if (receipt !== undefined && isKnown) await settle(flight, receipt);
      else {
        // Never mined, or the chain went back behind it.
        flight.entry.outcome = { status: 'pending' };
        journal.put(flight.entry);
        if (receipt === undefined) await broadcast(flight);
      }
    } catch {
      // Still pending: the next block tries again.
    }
    unseen = true;
    return flight;
  }

  /**
   * Whether the nonce is used by a transaction that is none of these, in a block with as many on it as count. One endpoint
   * tells all of it, and shows before and after that it has that block: of two the second may be behind the first.
   */
  async function isTakenByAnother({ nonce, attempts }: JournaledTransaction): Promise<boolean> {
    return rpc.atOne(async ask => {
      const newest = (await ask('eth_getBlockByNumber', ['latest', false])) as { number?: unknown } | null;
      const at = quantity(Math.max(0, hexNumber(newest?.number) - options.confirmations + 1));
      const isUsed = async () => hexNumber(await ask('eth_getTransactionCount', [account, at])) > nonce;
      if (!(await isUsed())) return false;
      for (const { hash } of attempts) {
        if ((await ask('eth_getTransactionReceipt', [hash])) !== null) return false;
      }
      return isUsed();
    });
  }

  async function findReceipt(entry: JournaledTransaction): Promise<TransactionReceipt | undefined> {
    for (const { hash } of entry.attempts.toReversed()) {
      const receipt = await getReceipt(rpc, hash);
      if (receipt !== undefined) return receipt;
    }
    return undefined;
  }

  /** Throws only what means that no pool took it; unreachable endpoints and known transactions are left to the next block. */
  async function broadcast(flight: Flight): Promise<void> {
    const { entry } = flight;
    flight.sentAtMs = clock.nowMs();
    try {
      await rpc.request('eth_sendRawTransaction', [entry.attempts.at(-1)!.raw]);
    } catch (error) {
      if (!(error instanceof RpcAnswerError)) {
        if (asKoinonError(error).code === 'K_RPC_UNREACHABLE') return;
        throw error;
      }
      if (/already known|already imported|known transaction|already in/i.test(error.message)) return;
      if (/nonce too low|nonce is too low|invalid nonce/i.test(error.message)) {
        unseen = true;
        return (await isTakenByAnother(entry)) ? reissue(flight) : undefined;
      }
      if (/underpriced|fee too low|less than block base fee|max fee per gas/i.test(error.message)) {
        if (entry.attempts.length >= 16) throw rejected(entry.doing, error);
        return raise(flight);
      }
      if (entry.attempts.length > 1) return;
      if (/insufficient funds|InsufficientFunds/i.test(error.message)) throw noGasCoin(account, entry.doing);
      throw rejected(entry.doing, error);
    }
  }

  /** The same nonce with higher fees: at most one of the attempts can be mined. */
  async function raise(flight: Flight): Promise<void> {
    const last = flight.entry.attempts.at(-1)!;
    const fees = await suggestFees(rpc);
    if (!isFlying(flight)) return;
    await attempt(flight.entry, raised(last, fees));
    journal.put(flight.entry);
    await broadcast(flight);
  }

  /** Somebody else's transaction took the nonce, so none of the attempts can ever be mined: a new nonce is safe. */
  async function reissue(flight: Flight): Promise<void> {
    const { entry } = flight;
    const [nonce, fees] = await Promise.all([nextNonce(flight), suggestFees(rpc)]);
    if (!isFlying(flight)) return;
    entry.nonce = nonce;
    entry.attempts = [];
    await attempt(entry, fees);
    journal.put(entry);
    await broadcast(flight);
  }

  async function settle(flight: Flight, receipt: TransactionReceipt): Promise<void> {
    if (!isFlying(flight)) return;
    const { entry } = flight;
    const reverted = receipt.status === '0x0';
    rpc.raiseFloor(receipt.blockNumber);
    minedNext = Math.max(minedNext, entry.nonce + 1);
    const error = reverted ? await reasonOf(flight, receipt) : undefined;
    if (!isFlying(flight)) return;
    entry.outcome = { status: reverted ? 'reverted' : 'mined', mined: minedOf(receipt) };
    journal.put(entry);
    land(flight);
    if (error === undefined) flight.settled.resolve(receipt);
    else flight.settled.reject(error);
  }

  async function reasonOf({ entry, contract }: Flight, receipt: TransactionReceipt): Promise<KoinonError> {
    if (receipt.gasUsed >= entry.gas) {
      const message = `The transaction for ${entry.doing} used up its gas limit of ${entry.gas}.`;
      return new KoinonError({ code: 'K_CHAIN_REVERTED', message, fault: 'chain', next: 'Try again.' });
    }
    const transaction = { from: account, data: entry.data, ...(entry.to === null ? {} : { to: entry.to }) };
    try {
      await rpc.request('eth_call', [transaction, quantity(receipt.blockNumber)]);
    } catch (error) {
      const data = revertData(error);
      if (data !== undefined) return revertedError(contract, data, entry.doing, error);
    }
    return revertedError(contract, '0x', entry.doing);
  }

  /** Looks after everything on its way, in the order of the nonces. */
  async function check(head: Block, isNew: boolean): Promise<void> {
    unseen ||= isNew;
    if (checking || closed) return;
    checking = true;
    const fresh = unseen;
    unseen = false;
    try {
      const inOrder = [...flights.values()].sort((a, b) => a.entry.nonce - b.entry.nonce);
      for (const flight of inOrder) {
        const stuck = clock.nowMs() - flight.sentAtMs >= options.stuckAfterMs;
        if (!fresh && !stuck) continue;
        const receipt = await findReceipt(flight.entry);
        if (receipt !== undefined) {
          if (head.number - receipt.blockNumber + 1 >= options.confirmations) await settle(flight, receipt);
        } else if (stuck) await inTurn(() => unstick(flight));
      }
    } catch {
      // The endpoint failed half-way; the next poll looks again.
      unseen = true;
    } finally {
      checking = false;
    }
  }

  async function unstick(flight: Flight): Promise<void> {
    if (!isFlying(flight)) return;
    const count = await transactionCount('latest');
    const { nonce } = flight.entry;
    if (count > nonce) {
      // Mined between the two questions, or the nonce was taken by another sender of this key.
      flight.sentAtMs = clock.nowMs();
      if (await isTakenByAnother(flight.entry)) await reissue(flight);
    } else if (count === nonce) await raise(flight);
    else {
      const expected = [...flights.values()].some(other => other.entry.nonce === count);
      if (!expected) await fill(count, flight.entry);
      await broadcast(flight);
    }
  }

  /**
   * An empty transaction under a nonce that a chain which went back has lost, and that nobody will send again. Where an
   * endpoint only lags, the nonce is taken and nothing comes of it.
   */
  async function fill(nonce: number, like: JournaledTransaction): Promise<void> {
    const filler: JournaledTransaction = {
      ...like,
      nonce,
      to: account,
      data: '0x' as Hex,
      gas: 21_000n,
      attempts: [],
    };
    await attempt(filler, await suggestFees(rpc));
    await rpc.request('eth_sendRawTransaction', [filler.attempts[0]!.raw]).catch(() => undefined);
  }

  return {
    account,
    async send(call, key) {
      const begun = key === undefined ? undefined : starting.get(key);
      const flight = begun ?? inTurn(() => start(call, key));
      if (key !== undefined && begun === undefined) {
        starting.set(key, flight);
        flight.finally(() => starting.delete(key)).catch(() => undefined);
      }
      return (await flight).settled.promise;
    },
    async resume() {
      minedNext = 0;
      await inTurn(async () => {
        const settled = journal.recent(account, chainId, RECENT).filter(e => e.outcome.status === 'mined');
        const known = [...settled, ...journal.pending(account, chainId)].sort((a, b) => a.nonce - b.nonce);
        for (const { key } of known) {
          // As it is by now: others were asked about meanwhile.
          const entry = journal.get(account, chainId, key);
          if (entry !== undefined && !flights.has(key)) await takeUp(entry);
        }
      });
    },
    close() {
      closed = true;
      stopListening?.();
      for (const flight of flights.values()) flight.settled.reject(closedError());
      flights.clear();
    },
  };
}

function noGasCoin(account: Hex, doing: string): KoinonError {
  return new KoinonError({
    code: 'K_NO_GAS_COIN',
    message: `The account ${account} has not enough of the chain's coin to pay the gas of ${doing}.`,
    fault: 'user',
    data: { account },
    next: `Send some of the chain's coin to ${account} and try again.`,
  });
}

function rejected(doing: string, error: RpcAnswerError): KoinonError {
  return new KoinonError({
    code: 'K_CHAIN_REJECTED',
    message: `The RPC endpoint did not accept the transaction for ${doing}: ${error.message}.`,
    fault: 'chain',
    data: { rpcCode: error.code },
    next: 'Try again, or use another RPC URL.',
    cause: error,
  });
}
