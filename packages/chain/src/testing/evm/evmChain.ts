import { type Block, createBlock } from '@ethereumjs/block';
import { createTxFromRLP, type TypedTransaction } from '@ethereumjs/tx';
import { createAddressFromString } from '@ethereumjs/util';
import { fromHex, type Hex, toHex } from '@koinon/protocol';
import { RpcAnswerError } from '../../evm/rpc/transport.ts';
import { type Call, type EvmState, evmState, intrinsicGas } from './evmState.ts';

export interface EvmLog {
  address: Hex;
  topics: Hex[];
  data: Hex;
  logIndex: number;
}

export interface EvmReceipt {
  transaction: Hex;
  succeeded: boolean;
  gasUsed: bigint;
  contract: Hex | undefined;
  logs: EvmLog[];
}

export interface EvmBlock {
  number: number;
  hash: Hex;
  parentHash: Hex;
  timestampSeconds: number;
  transactions: TypedTransaction[];
  receipts: EvmReceipt[];
  header: Block;
  /** State as the block ended. */
  root: Uint8Array;
}

export interface EvmChainOptions {
  chainId?: number;
  /** Accounts that have coins. */
  funded: readonly Hex[];
  /** Unix seconds. A block's time is at least one more than its parent's. */
  nowSeconds(): number;
  /** `each` (default): every transaction makes its own block at once. `manual`: transactions wait for `mine`. */
  mining?: 'each' | 'manual';
}

/** An EVM chain in this process, made of what it is told and nothing else: the same calls give the same hashes. */
export interface EvmChain {
  readonly chainId: number;
  head(): EvmBlock;
  /** Undefined for a block that is not there. */
  block(number: number): EvmBlock | undefined;
  /** Makes a block of every waiting transaction that can be executed. */
  mine(): Promise<EvmBlock>;
  /** Takes the blocks above `to` off; their transactions wait again. Blocks made from then on have other hashes. */
  goBack(to: number): Promise<void>;
  /** Takes a signed transaction; its hash. Throws `RpcAnswerError` in the words of other nodes. */
  send(raw: Hex): Promise<Hex>;
  /** What the call answers at the end of the block, or with everything that waits. Throws `RpcAnswerError` 3. */
  call(call: Call, at: EvmBlock | 'pending'): Promise<Hex>;
  /** Gas with which the call succeeds. Throws as `call`. */
  estimate(call: Call, at: EvmBlock | 'pending'): Promise<bigint>;
  account(address: Hex, at: EvmBlock | 'pending'): Promise<{ nonce: bigint; balance: bigint; code: Hex }>;
}

const BLOCK_GAS = 30_000_000n;
export const BASE_FEE_WEI = 1_000_000_000n;
const FUNDS_WEI = 10n ** 22n;

export async function evmChain(options: EvmChainOptions): Promise<EvmChain> {
  const { chainId = 31_337, nowSeconds, mining = 'each' } = options;
  const blocks: EvmBlock[] = [];
  const state: EvmState = await evmState({
    ...{ chainId, funded: options.funded, fundsWei: FUNDS_WEI },
    blockHash: number => fromHex(blocks[number]?.hash ?? `0x${'00'.repeat(32)}`),
  });
  const { common } = state;
  let pool: TypedTransaction[] = [];
  /** Blocks ever made: no two have one hash, even under one parent. */
  let made = 0;
  let turns: Promise<unknown> = Promise.resolve();

  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = turns.then(work, work);
    turns = turn.catch(() => undefined);
    return turn;
  }

  const head = () => blocks.at(-1)!;

  function headerOf(parent: EvmBlock | undefined, stateRoot?: Uint8Array): Block {
    const timestamp = Math.max(nowSeconds(), (parent?.timestampSeconds ?? 0) + 1);
    const header = {
      ...{ number: parent === undefined ? 0 : parent.number + 1, timestamp, gasLimit: BLOCK_GAS },
      ...{ baseFeePerGas: BASE_FEE_WEI, mixHash: fromHex(`0x${made.toString(16).padStart(64, '0')}`) },
      ...(parent === undefined ? {} : { parentHash: fromHex(parent.hash) }),
      ...(stateRoot === undefined ? {} : { stateRoot }),
    };
    return createBlock({ header }, { common, freeze: true, skipConsensusFormatValidation: true });
  }

  async function finish(
    context: Block,
    content: Pick<EvmBlock, 'transactions' | 'receipts'>,
  ): Promise<EvmBlock> {
    const root = await state.root();
    const header = createBlock(
      { header: { ...context.header, stateRoot: root } },
      { common, skipConsensusFormatValidation: true },
    );
    made++;
    const block = {
      ...{ number: Number(header.header.number), hash: toHex(header.hash()), root, header, ...content },
      ...{ parentHash: toHex(header.header.parentHash), timestampSeconds: Number(header.header.timestamp) },
    };
    blocks.push(block);
    return block;
  }

  const senderOf = (transaction: TypedTransaction) => transaction.getSenderAddress().toString() as Hex;

  /** The next waiting transaction whose nonce is due, and that pays the base fee. */
  async function nextOf(waiting: TypedTransaction[]): Promise<TypedTransaction | undefined> {
    for (const transaction of waiting) {
      const { nonce } = await state.account(senderOf(transaction));
      if (transaction.nonce === nonce) return transaction;
    }
    return undefined;
  }

  async function executeAll(context: Block): Promise<Pick<EvmBlock, 'transactions' | 'receipts'>> {
    const [transactions, receipts, waiting]: [TypedTransaction[], EvmReceipt[], TypedTransaction[]] = [
      [],
      [],
      [...pool],
    ];
    let logIndex = 0;
    for (;;) {
      const transaction = await nextOf(waiting);
      if (transaction === undefined) return { transactions, receipts };
      waiting.splice(waiting.indexOf(transaction), 1);
      const result = await state.execute(transaction, context);
      const logs = result.receipt.logs.map(([address, topics, data]) => ({
        ...{ address: toHex(address), topics: topics.map(toHex), data: toHex(data), logIndex: logIndex++ },
      }));
      transactions.push(transaction);
      receipts.push({
        transaction: toHex(transaction.hash()),
        succeeded: result.execResult.exceptionError === undefined,
        gasUsed: result.totalGasSpent,
        contract: result.createdAddress?.toString(),
        logs,
      });
    }
  }

  async function mineNow(): Promise<EvmBlock> {
    const context = headerOf(head());
    const content = await executeAll(context);
    pool = pool.filter(transaction => !content.transactions.includes(transaction));
    return finish(context, content);
  }

  /** Runs `work` on the state at the end of that block. */
  async function on<T>(at: EvmBlock | 'pending', work: (context: Block) => Promise<T>): Promise<T> {
    if (at === 'pending') {
      const context = headerOf(head());
      return state.tryOut(async () => {
        await executeAll(context);
        return work(context);
      });
    }
    if (at === head()) return work(at.header);
    await state.goTo(at.root);
    try {
      return await work(at.header);
    } finally {
      await state.goTo(head().root);
    }
  }

  function admit(transaction: TypedTransaction, nonce: bigint): void {
    if (transaction.nonce < nonce) throw new RpcAnswerError(-32000, 'nonce too low');
    const hash = toHex(transaction.hash());
    if (pool.some(waiting => toHex(waiting.hash()) === hash))
      throw new RpcAnswerError(-32000, 'already known');
    const rival = pool.find(it => senderOf(it) === senderOf(transaction) && it.nonce === transaction.nonce);
    if (rival === undefined) return void pool.push(transaction);
    if (feeOf(transaction) * 10n < feeOf(rival) * 11n) {
      throw new RpcAnswerError(-32000, 'replacement transaction underpriced');
    }
    pool[pool.indexOf(rival)] = transaction;
  }

  await finish(headerOf(undefined), { transactions: [], receipts: [] });

  return {
    chainId,
    head,
    block: number => blocks[number],
    mine: () => inTurn(mineNow),
    goBack: to =>
      inTurn(async () => {
        const lost = blocks.splice(to + 1);
        pool = [...lost.flatMap(block => block.transactions), ...pool];
        await state.goTo(head().root);
      }),
    send: raw =>
      inTurn(async () => {
        const transaction = createTxFromRLP(fromHex(raw), { common });
        const { nonce, balance } = await state.account(senderOf(transaction));
        if (feeOf(transaction) < BASE_FEE_WEI) {
          throw new RpcAnswerError(-32000, 'max fee per gas less than block base fee');
        }
        if (balance < feeOf(transaction) * transaction.gasLimit + transaction.value) {
          throw new RpcAnswerError(-32000, 'insufficient funds for gas * price + value');
        }
        admit(transaction, nonce);
        if (mining === 'each') await mineNow();
        return toHex(transaction.hash());
      }),
    call: (call, at) =>
      inTurn(() =>
        on(at, async context => {
          const outcome = await state.attempt(call, BLOCK_GAS, context);
          if (!outcome.succeeded) throw new RpcAnswerError(3, 'execution reverted', outcome.data);
          return outcome.data;
        }),
      ),
    estimate: (call, at) =>
      inTurn(() =>
        on(at, async context => {
          const { least, floor } = intrinsicGas(call, common);
          const whole = await state.attempt(call, BLOCK_GAS - least, context);
          if (!whole.succeeded) throw new RpcAnswerError(3, 'execution reverted', whole.data);
          // A call hands on at most 63/64 of what it has, so what was used is not always enough.
          let gas = whole.gasUsed;
          while (!(await state.attempt(call, gas, context)).succeeded) gas += gas / 32n + 1n;
          return least + gas > floor ? least + gas : floor;
        }),
      ),
    account: (address, at) =>
      inTurn(() => on(at, () => state.account(createAddressFromString(address).toString()))),
  };
}

function feeOf(transaction: TypedTransaction): bigint {
  return 'maxFeePerGas' in transaction ? transaction.maxFeePerGas : transaction.gasPrice;
}
