import type { Hex } from '@koinon/protocol';
import { hexNumber, quantity } from '../../evm/rpc/quantity.ts';
import { RpcAnswerError, type RpcTransport } from '../../evm/rpc/transport.ts';
import { BASE_FEE_WEI, type EvmBlock, type EvmChain, type EvmLog } from './evmChain.ts';
import type { Call } from './evmState.ts';

const TIP_WEI = 10n ** 9n;

interface LogFilter {
  fromBlock: string;
  toBlock: string;
  address?: string | string[];
  topics?: (string | string[] | null)[];
}

/** The chain behind the transport that nodes use in earnest: the calls they make, and no others. */
export function evmTransport(chain: EvmChain, name = 'in this process'): RpcTransport {
  function at(tag: unknown): EvmBlock {
    const block = tag === 'latest' ? chain.head() : chain.block(hexNumber(tag));
    if (block === undefined) throw new RpcAnswerError(-32000, 'header not found');
    return block;
  }
  const orPending = (tag: unknown) => (tag === 'pending' ? tag : at(tag));

  function found(transaction: unknown): object | null {
    for (let number = chain.head().number; number >= 0; number--) {
      const block = chain.block(number)!;
      const receipt = block.receipts.find(({ transaction: hash }) => hash === transaction);
      if (receipt === undefined) continue;
      return {
        ...{ transactionHash: receipt.transaction, ...placeOf(block), gasUsed: quantity(receipt.gasUsed) },
        ...{ status: receipt.succeeded ? '0x1' : '0x0', contractAddress: receipt.contract ?? null },
        logs: receipt.logs.map(log => logOf(block, receipt.transaction, log)),
      };
    }
    return null;
  }

  function logs({ fromBlock, toBlock, address, topics = [] }: LogFilter): object[] {
    const to = toBlock === 'latest' ? chain.head().number : hexNumber(toBlock);
    const isWanted = (log: EvmLog) =>
      isAmong(address, log.address) && topics.every((wanted, i) => isAmong(wanted, log.topics[i]));
    const all: object[] = [];
    for (let number = hexNumber(fromBlock); number <= Math.min(to, chain.head().number); number++) {
      const block = chain.block(number)!;
      for (const { transaction, logs } of block.receipts) {
        all.push(...logs.filter(isWanted).map(log => logOf(block, transaction, log)));
      }
    }
    return all;
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
      quantity((await chain.account(address as Hex, orPending(tag))).nonce),
    eth_getTransactionReceipt: ([hash]) => found(hash),
    eth_getLogs: ([filter]) => logs(filter as LogFilter),
    eth_sendRawTransaction: ([raw]) => chain.send(raw as Hex),
  };

  return {
    name,
    async request(method, params) {
      const answer = methods[method];
      if (answer === undefined) throw new RpcAnswerError(-32601, `the method ${method} does not exist`);
      return answer(params);
    },
  };
}

function isAmong(wanted: string | string[] | null | undefined, value: string | undefined): boolean {
  if (wanted === null || wanted === undefined) return true;
  return value !== undefined && [wanted].flat().some(one => one.toLowerCase() === value);
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
