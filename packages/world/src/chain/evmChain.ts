import { createTxFromRLP, type TypedTransaction } from '@ethereumjs/tx';
import { RpcAnswerError } from '@koinon/chain';
import { fromHex, type Hex, toHex } from '@koinon/protocol';
import { keccak256 } from 'viem/utils';
import { blockBook, type LogFilter } from './blockBook.ts';
import { BASE_FEE_WEI, BLOCK_GAS, blockHash, type Context, contextOf, type Place } from './blockHeader.ts';
import { callMemo } from './callMemo.ts';
import {
  type AccountState,
  type Call,
  type EvmState,
  evmStates,
  intrinsicGas,
  type Outcome,
} from './evmState.ts';
import { type EvmLog, type EvmReceipt, type Executed, receiptsOf, rootsOf } from './executed.ts';
import type { Layer } from './layeredDatabase.ts';
import { pool, type Sent } from './pool.ts';

export interface EvmBlock extends Place {
  hash: Hex;
  transactions: readonly Sent[];
  receipts: readonly EvmReceipt[];
  /** State as the block ended. */
  root: Uint8Array;
}

/** A chain as it stood, which others may begin from: nothing of it changes any more. */
export interface EvmPast {
  blocks: readonly EvmBlock[];
  written: Layer;
}

export interface EvmChainOptions {
  chainId?: number;
  /** Accounts that have coins. */
  funded?: readonly Hex[];
  /** Wei that each of them has. */
  fundsWei?: bigint;
  /** In place of an empty chain. */
  from?: EvmPast;
  /** Unix seconds of a block that is made now. A block's time is at least one more than its parent's. */
  nowSeconds(): number;
  /** 32 bytes that no two blocks share, for what a contract knows as PREVRANDAO; blocks are counted from 0 as they are made. */
  mixOf?(made: number): Uint8Array;
  /** `each` (default): every transaction makes its own block at once. `manual`: transactions wait for `mine`. */
  mining?: 'each' | 'manual';
}

export interface MineOptions {
  /** Its time, which may be its parent's; by `nowSeconds` unless told. */
  timestampSeconds?: number;
  /** Which of the waiting transactions it may hold; all unless told. */
  isDue?(transaction: Hex): boolean;
}

/** An EVM chain in this process, made of what it is told and nothing else: the same calls give the same hashes. */
export interface EvmChain {
  readonly chainId: number;
  head(): EvmBlock;
  /** Undefined for a block that is not there. */
  block(number: number): EvmBlock | undefined;
  receipt(transaction: Hex): { block: EvmBlock; receipt: EvmReceipt } | undefined;
  logs(filter: LogFilter): { block: EvmBlock; transaction: Hex; log: EvmLog }[];
  /** Hashes of the transactions that wait. */
  waiting(): Hex[];
  /** Throws a waiting transaction out. */
  forget(transaction: Hex): void;
  /** Makes a block of every waiting transaction that can be executed and has room. */
  mine(options?: MineOptions): Promise<EvmBlock>;
  /** Makes the block of that second, unless the newest is of that second or later; undefined then. */
  reach(seconds: number, options?: Pick<MineOptions, 'isDue'>): Promise<EvmBlock | undefined>;
  /**
   * Takes the blocks above `to` off; their transactions wait again, but for those that are to be lost. Blocks made from then
   * on have other hashes.
   */
  goBack(to: number, lose?: (transaction: Hex) => boolean): Promise<void>;
  /** As it stands, for other chains to begin from. */
  past(): EvmPast;
  /**
   * Takes a signed transaction; its hash. Whose public key (64 bytes) signed it is found out unless told, which takes
   * longer than all else. Throws `RpcAnswerError` in the words of other nodes.
   */
  send(raw: Hex, signedBy?: Uint8Array): Promise<Hex>;
  /** What the call answers at the end of the block, or with everything that waits. Throws `RpcAnswerError` 3. */
  call(call: Call, at: EvmBlock | 'pending'): Promise<Hex>;
  /** Gas with which the call succeeds. Throws as `call`. */
  estimate(call: Call, at: EvmBlock | 'pending'): Promise<bigint>;
  account(address: Hex, at: EvmBlock | 'pending'): Promise<AccountState>;
  /** The account's next nonce after everything that waits. */
  nextNonce(address: Hex): Promise<bigint>;
}

const FUNDS_WEI = 10n ** 22n;
const BEFORE_ALL: Hex = `0x${'00'.repeat(32)}`;

/** The next block as far as it has been executed, on the state ahead. */
interface Ahead {
  place: Place;
  context: Context;
  executed: Executed[];
  /** Transactions that no block may hold now. */
  unfit: Set<Hex>;
  gasUsed: bigint;
  /** Names its state as it is now. */
  state: string;
}

export async function evmChain(options: EvmChainOptions): Promise<EvmChain> {
  const { chainId = 31_337, nowSeconds, mining = 'each', mixOf = countedMix, from } = options;
  const book = blockBook(from?.blocks);
  const states = evmStates({ chainId, below: from?.written });
  const { common } = states;
  const waiting = pool();
  const memo = callMemo();
  const head = () => book.at(book.height)!;
  /** Blocks ever made: no two have one hash, even under one parent. */
  let made = book.height + 1;
  let mix: Uint8Array | undefined;
  /** One stands at the newest block, on the other the next is executed, a third goes wherever somebody asks. */
  let newest = await states.open(from === undefined ? undefined : head().root);
  let next = await states.open();
  let anywhere: EvmState | undefined;
  let ahead: Ahead | undefined;
  let aheads = 0;
  let turns: Promise<unknown> = Promise.resolve();

  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = turns.then(work, work);
    turns = turn.catch(() => undefined);
    return turn;
  }

  function nextPlace(atSeconds?: number): Place {
    const parent = book.height < 0 ? undefined : head();
    mix ??= mixOf(made);
    return {
      ...{ number: book.height + 1, parentHash: parent?.hash ?? BEFORE_ALL, mix },
      timestampSeconds: atSeconds ?? Math.max(nowSeconds(), (parent?.timestampSeconds ?? 0) + 1),
    };
  }

  const contextAt = (place: Place) => contextOf(place, common, number => book.at(number)?.hash);

  /** Whether what was executed ahead is the beginning of that block. */
  function isBeginning(
    { place, context, executed }: Ahead,
    of: Place,
    isDue: (hash: Hex) => boolean,
  ): boolean {
    if (place.parentHash !== of.parentHash) return false;
    const isSamePlace = place.timestampSeconds === of.timestampSeconds && place.mix === of.mix;
    if (!isSamePlace && context.wasRead()) return false;
    const all = new Set(waiting.all());
    return executed.every(({ sent }) => all.has(sent) && isDue(sent.hash));
  }

  /** Executes what is due and has room, in the order of the nonces, and nothing a second time if that can be. */
  async function execute(place: Place, isDue: (hash: Hex) => boolean = () => true): Promise<Ahead> {
    if (ahead === undefined || !isBeginning(ahead, place, isDue)) {
      await next.goTo(head().root);
      ahead = {
        ...{ place, context: contextAt(place), executed: [], unfit: new Set(), gasUsed: 0n },
        state: `ahead ${aheads++}`,
      };
    } else if (ahead.place.timestampSeconds !== place.timestampSeconds) {
      ahead = { ...ahead, place, context: contextAt(place), unfit: new Set() };
    }
    const work = ahead;
    const done = new Set(work.executed.map(({ sent }) => sent));
    const left = new Set(waiting.all().filter(sent => !done.has(sent) && isDue(sent.hash)));
    for (let isGoingOn = true; isGoingOn; ) {
      isGoingOn = false;
      for (const sent of left) {
        if (work.unfit.has(sent.hash) || work.gasUsed + sent.transaction.gasLimit > BLOCK_GAS) continue;
        if ((await next.account(sent.sender)).nonce !== sent.nonce) continue;
        left.delete(sent);
        try {
          const result = await next.execute(sent.transaction, work.context, work.gasUsed);
          work.executed.push({ sent, result });
          work.gasUsed += result.totalGasSpent;
          isGoingOn = true;
        } catch {
          // Its sender cannot pay for it any more: it waits until somebody can.
          work.unfit.add(sent.hash);
        }
        work.state = `ahead ${aheads++}`;
      }
    }
    return work;
  }

  async function mineNow({ timestampSeconds, isDue }: MineOptions = {}): Promise<EvmBlock> {
    const place = nextPlace(timestampSeconds);
    const { executed } = waiting.all().length > 0 ? await execute(place, isDue) : { executed: [] };
    const holds = executed.length > 0;
    const root = holds ? await next.root() : await newest.root();
    if (holds) [newest, next] = [next, newest];
    ahead = undefined;
    const roots = await rootsOf(executed, common);
    const block: EvmBlock = {
      ...{ ...place, hash: blockHash(place, { ...roots, state: root }), root },
      transactions: executed.map(({ sent }) => sent),
      receipts: receiptsOf(executed),
    };
    waiting.remove(new Set(block.transactions.map(({ hash }) => hash)));
    made++;
    mix = undefined;
    book.add(block);
    return block;
  }

  /** The state at the end of that block or of all that waits, and the block as calls see it. */
  async function standAt(at: EvmBlock | 'pending'): Promise<{ state: EvmState; name: string; place: Place }> {
    if (at !== 'pending') {
      if (at === head()) return { state: newest, name: toHex(at.root), place: at };
      anywhere ??= await states.open();
      await anywhere.goTo(at.root);
      return { state: anywhere, name: toHex(at.root), place: at };
    }
    const place = nextPlace();
    const work = waiting.all().length > 0 ? await execute(place) : undefined;
    if (work === undefined || work.executed.length === 0) {
      return { state: newest, name: toHex(head().root), place };
    }
    return { state: next, name: work.state, place };
  }

  async function attempt(call: Call, at: EvmBlock | 'pending'): Promise<Outcome> {
    const { state, name, place } = await standAt(at);
    const seen = `${place.parentHash} ${place.timestampSeconds} ${toHex(place.mix)}`;
    const outcome = await memo.of(
      ...([call, { state: name, place: seen }] as const),
      ...([() => contextAt(place), (context: Context) => state.attempt(call, context)] as const),
    );
    if (!outcome.succeeded) throw new RpcAnswerError(3, 'execution reverted', outcome.data);
    return outcome;
  }

  function parse(raw: Hex, hash: Hex, signedBy: Uint8Array | undefined): Sent {
    try {
      const transaction = createTxFromRLP(fromHex(raw), { common });
      if (signedBy !== undefined) transaction.cache.senderPubKey = signedBy;
      const sender = transaction.getSenderAddress().toString();
      return { transaction, hash, sender, nonce: transaction.nonce, feeWei: feeOf(transaction) };
    } catch (error) {
      throw new RpcAnswerError(-32000, `invalid transaction: ${(error as Error).message}`);
    }
  }

  async function send(raw: Hex, signedBy: Uint8Array | undefined): Promise<Hex> {
    const hash = keccak256(raw);
    if (waiting.all().some(sent => sent.hash === hash)) throw new RpcAnswerError(-32000, 'already known');
    if (book.receipt(hash) !== undefined) throw new RpcAnswerError(-32000, 'nonce too low');
    const sent = parse(raw, hash, signedBy);
    const { nonce, balance } = await newest.account(sent.sender);
    if (sent.feeWei < BASE_FEE_WEI) {
      throw new RpcAnswerError(-32000, 'max fee per gas less than block base fee');
    }
    if (sent.transaction.gasLimit > BLOCK_GAS) throw new RpcAnswerError(-32000, 'exceeds block gas limit');
    if (balance < sent.feeWei * sent.transaction.gasLimit + sent.transaction.value) {
      throw new RpcAnswerError(-32000, 'insufficient funds for gas * price + value');
    }
    if (sent.nonce < nonce) throw new RpcAnswerError(-32000, 'nonce too low');
    waiting.admit(sent);
    if (mining === 'each') await mineNow();
    return hash;
  }

  if (from === undefined) {
    for (const address of options.funded ?? []) await newest.endow(address, options.fundsWei ?? FUNDS_WEI);
    await mineNow();
  }

  return {
    chainId,
    head,
    block: book.at,
    receipt: book.receipt,
    logs: book.logs,
    waiting: () => waiting.all().map(({ hash }) => hash),
    forget: hash => waiting.remove(new Set([hash])),
    mine: given => inTurn(() => mineNow(given)),
    reach: (seconds, given) =>
      inTurn(async () =>
        head().timestampSeconds >= seconds ? undefined : mineNow({ timestampSeconds: seconds, ...given }),
      ),
    past: () => ({
      blocks: book.all(),
      written: from === undefined ? states.written : new Map([...from.written, ...states.written]),
    }),
    goBack: (to, lose = () => false) =>
      inTurn(async () => {
        const lost = book.cut(to).flatMap(({ transactions }) => transactions);
        waiting.putBack(lost.filter(({ hash }) => !lose(hash)));
        ahead = undefined;
        await newest.goTo(head().root);
      }),
    send: (raw, signedBy) => inTurn(() => send(raw, signedBy)),
    call: (call, at) => inTurn(async () => (await attempt(call, at)).data),
    estimate: (call, at) =>
      inTurn(async () => {
        const { gasUsed } = await attempt(call, at);
        const { least, floor } = intrinsicGas(call);
        // A call hands on at most 63/64 of what it has, so what was used is not always enough: four calls deep it is.
        const gas = least + gasUsed + gasUsed / 15n;
        return gas > floor ? gas : floor;
      }),
    account: (address, at) => inTurn(async () => (await standAt(at)).state.account(address)),
    nextNonce: address =>
      inTurn(async () => {
        const sender = address.toLowerCase() as Hex;
        return waiting.nextNonce(sender, (await newest.account(sender)).nonce);
      }),
  };
}

const countedMix = (made: number) => fromHex(`0x${made.toString(16).padStart(64, '0')}`);

function feeOf(transaction: TypedTransaction): bigint {
  return 'maxFeePerGas' in transaction ? transaction.maxFeePerGas : transaction.gasPrice;
}
