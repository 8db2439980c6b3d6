import { hexNumber, quantity, RpcAnswerError, type RpcTransport } from '@koinon/chain';
import type { Hex } from '@koinon/protocol';
import { BASE_FEE_WEI } from './blockHeader.ts';
import type { EvmBlock, EvmChain } from './evmChain.ts';
import type { Call } from './evmState.ts';
import type { EvmLog } from './executed.ts';

const TIP_WEI = 10n ** 9n;

interface LogFilter {
  fromBlock: string;
  toBlock: string;
  address?: string | string[];
  topics?: (string | string[] | null)[];
}

export interface EvmTransportOptions {
  name?: string;
  /** Called before whatever depends on which block is the newest, which may make one. */
  freshen?(): Promise<unknown>;
  /** Takes a signed transaction. */
  send?(raw: Hex): Promise<Hex>;
}

/** Lists of addresses and topics come again as the same lists with every question. */
const sets = new WeakMap<object, ReadonlySet<string>>();

/** The chain behind the transport that nodes use in earnest: the calls they make, and no others. */
export function evmTransport(chain: EvmChain, options: EvmTransportOptions = {}): RpcTransport {
  const { name = 'in this process', freshen = async () => undefined, send = chain.send } = options;
  function at(tag: unknown): EvmBlock {
    const block = tag === 'latest' ? chain.head() : chain.block(hexNumber(tag));
    if (block === undefined) throw new RpcAnswerError(-32000, 'header not found');
    return block;
  }
  const orPending = (tag: unknown) => (tag === 'pending' ? tag : at(tag));

  function found(transaction: Hex): object | null {
    const { block, receipt } = chain.receipt(transaction) ?? {};
    if (block === undefined || receipt === undefined) return null;
    return {
      ...{ transactionHash: receipt.transaction, ...placeOf(block), gasUsed: quantity(receipt.gasUsed) },
      ...{ status: receipt.succeeded ? '0x1' : '0x0', contractAddress: receipt.contract ?? null },
      logs: receipt.logs.map(log => logOf(block, receipt.transaction, log)),
    };
  }

  function logs({ fromBlock, toBlock, address, topics = [] }: LogFilter): object[] {
    return chain
      .logs({
        from: hexNumber(fromBlock),
        to: toBlock === 'latest' ? chain.head().number : hexNumber(toBlock),
        addresses: setOf(address),
        topics: topics.map(setOf),
      })
      .map(({ block, transaction, log }) => logOf(block, transaction, log));
  }

  const methods: Record<string, (params: readonly unknown[]) => unknown> = {
    eth_chainId: () => quantity(chain.chainId),
    eth_blockNumber: () => quantity(chain.head().number),
    eth_maxPriorityFeePerGas: () => quantity(TIP_WEI),
    eth_getBlockByNumber: ([tag]) => {
      const block = tag === 'latest' ? chain.head() : chain.block(hexNumber(tag));
      return block === undefined ? null : headOf(block);
    },
    eth_call: ([call, tag]) => chain.call(call as Call, orPending(tag)),
    eth_estimateGas: async ([call, tag]) => quantity(await chain.estimate(call as Call, orPending(tag))),
    eth_getBalance: async ([address, tag]) =>
      quantity((await chain.account(address as Hex, orPending(tag))).balance),
    eth_getCode: async ([address, tag]) => (await chain.account(address as Hex, orPending(tag))).code,
    eth_getTransactionCount: async ([address, tag]) =>
      quantity(
        tag === 'pending'
          ? await chain.nextNonce(address as Hex)
          : (await chain.account(address as Hex, at(tag))).nonce,
      ),
    eth_getTransactionReceipt: ([hash]) => found(hash as Hex),
    eth_getLogs: ([filter]) => logs(filter as LogFilter),
    eth_sendRawTransaction: ([raw]) => send(raw as Hex),
  };

  return {
    name,
    async request(method, params) {
      const answer = methods[method];
      if (answer === undefined) throw new RpcAnswerError(-32601, `the method ${method} does not exist`);
      if (asksForNewest(params)) await freshen();
      return answer(params);
    },
  };
}

/** Whether the answer depends on which block is the newest: all but what names a block or a transaction. */
function asksForNewest(params: readonly unknown[]): boolean {
  const [first, last] = [params[0], params.at(-1)];
  return (
    params.length === 0 ||
    [first, last].some(tag => tag === 'latest' || tag === 'pending') ||
    (first as Partial<LogFilter> | null)?.toBlock === 'latest'
  );
}

/** In lower case; undefined where any will do. */
function setOf(wanted: string | string[] | null | undefined): ReadonlySet<string> | undefined {
  if (wanted === null || wanted === undefined) return undefined;
  if (typeof wanted === 'string') return new Set([wanted.toLowerCase()]);
  const set = sets.get(wanted) ?? new Set(wanted.map(one => one.toLowerCase()));
  sets.set(wanted, set);
  return set;
}

function placeOf(block: EvmBlock): object {
  return { blockNumber: quantity(block.number), blockHash: block.hash };
}

function headOf({ number, hash, parentHash, timestampSeconds }: EvmBlock): object {
  const [timestamp, baseFeePerGas] = [quantity(timestampSeconds), quantity(BASE_FEE_WEI)];
  return { number: quantity(number), hash, parentHash, timestamp, baseFeePerGas };
}

function logOf(block: EvmBlock, transactionHash: Hex, { address, topics, data, logIndex }: EvmLog): object {
  return { address, topics, data, ...placeOf(block), transactionHash, logIndex: quantity(logIndex) };
}
