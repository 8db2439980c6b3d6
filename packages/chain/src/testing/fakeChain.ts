import { type Hex, sha256, toHex, utf8, ZERO_ADDRESS } from '@koinon/protocol';
import { keccak256, parseTransaction } from 'viem/utils';
import type { Clock } from '../clock.ts';
import type { Log } from '../evm/rpc/answers.ts';
import { quantity } from '../evm/rpc/quantity.ts';
import { RpcAnswerError, type RpcTransport } from '../evm/rpc/transport.ts';

interface FakeTransaction {
  raw: Hex;
  hash: Hex;
  nonce: number;
  maxFeePerGasWei: bigint;
  to: Hex;
}
interface FakeBlock {
  number: number;
  hash: Hex;
  parentHash: Hex;
  timestamp: number;
  transactions: FakeTransaction[];
  logs: Log[];
}

/** How one endpoint misbehaves; all of it may be changed while it runs. */
export interface Mood {
  dead?: boolean;
  hangs?: boolean;
  /** Stands this many blocks behind. */
  behind?: number;
  /** Claims this many blocks that nobody has. */
  ahead?: number;
  chainId?: number;
  /** Says yes to transactions and forgets them. */
  drops?: boolean;
  /** Knows no pending transactions when it counts. */
  forgetsPending?: boolean;
  /** Most blocks of logs it gives at once. */
  logRange?: number;
}

export interface FakeChain {
  chainId: number;
  blocks: FakeBlock[];
  pool: FakeTransaction[];
  /** Transactions below this are not mined. */
  feeFloorWei: bigint;
  /** Custom error data with which estimates, or mined transactions, are refused. */
  estimateReverts: Hex | undefined;
  minedReverts: Hex | undefined;
  /** Message with which broadcasts are refused. */
  refusesBroadcast: string | undefined;
  nonce(): number;
  mine(logs?: Pick<Log, 'address' | 'topics' | 'data'>[]): FakeBlock;
  /** Another sender of the same key gets a transaction mined. */
  intrude(): void;
  /** Replaces the blocks above this number by other, empty ones. */
  reorganise(above: number): void;
  /** Forgets the blocks above this number: a local chain started from an older state. */
  goBack(to: number): void;
  /** Mines a block every so often until the signal. */
  mineEvery(ms: number, clock: Clock, signal: AbortSignal): void;
  endpoint(name: string, mood?: Mood): RpcTransport & { mood: Mood; calls: string[] };
}

/** A chain with one account behind endpoints that lag, lie, hang and die. */
export function fakeChain(chainId = 31_337): FakeChain {
  let salt = 0;
  let foreign = 0;
  const hashOf = (text: string) => toHex(sha256(utf8.encode(text)));
  const genesis: FakeBlock = {
    number: 0,
    hash: hashOf('genesis'),
    parentHash: hashOf(''),
    timestamp: 1_000,
    transactions: [],
    logs: [],
  };

  const chain: FakeChain = {
    chainId,
    blocks: [genesis],
    pool: [],
    feeFloorWei: 0n,
    estimateReverts: undefined,
    minedReverts: undefined,
    refusesBroadcast: undefined,
    nonce: () => chain.blocks.reduce((sum, block) => sum + block.transactions.length, 0),
    mine(logs = []) {
      const parent = chain.blocks.at(-1)!;
      const number = parent.number + 1;
      const hash = hashOf(`${parent.hash}${salt++}`);
      const transactions: FakeTransaction[] = [];
      for (;;) {
        const next = chain.nonce() + transactions.length;
        const best = chain.pool
          .filter(tx => tx.nonce === next && tx.maxFeePerGasWei >= chain.feeFloorWei)
          .sort((a, b) => (a.maxFeePerGasWei > b.maxFeePerGasWei ? -1 : 1))[0];
        if (best === undefined) break;
        transactions.push(best);
        chain.pool = chain.pool.filter(tx => tx.nonce !== next);
      }
      const block: FakeBlock = {
        ...{ number, hash, parentHash: parent.hash, timestamp: parent.timestamp + 12, transactions },
        logs: logs.map((log, i) => ({
          ...log,
          ...{ blockNumber: number, blockHash: hash, transactionHash: hashOf(`${hash}${i}`), logIndex: i },
        })),
      };
      chain.blocks.push(block);
      return block;
    },
    intrude() {
      const nonce = chain.nonce();
      const hash = hashOf(`intruder${foreign++}`);
      chain.pool = chain.pool.filter(tx => tx.nonce !== nonce);
      chain.pool.push({ raw: '0x', hash, nonce, maxFeePerGasWei: 2n ** 100n, to: ZERO_ADDRESS });
      chain.mine();
    },
    reorganise(above) {
      const lost = chain.blocks.length - 1 - above;
      chain.goBack(above);
      for (let i = 0; i < lost; i++) chain.mine();
    },
    goBack(to) {
      chain.blocks = chain.blocks.slice(0, to + 1);
    },
    mineEvery(ms, clock, signal) {
      void (async () => {
        for (;;) {
          await clock.wait(ms, signal);
          if (signal.aborted) return;
          chain.mine();
        }
      })();
    },
    endpoint(name, mood = {}) {
      const calls: string[] = [];
      return {
        ...{ name, mood, calls },
        async request(method, params, signal) {
          calls.push(method);
          if (mood.dead) throw new Error('connection refused');
          if (mood.hangs) {
            return new Promise((_, reject) =>
              signal.addEventListener('abort', () => reject(signal.reason as Error)),
            );
          }
          return answer(method, params, mood);
        },
      };
    },
  };

  function answer(method: string, params: readonly unknown[], mood: Mood): unknown {
    const seen = chain.blocks.slice(0, Math.max(1, chain.blocks.length - (mood.behind ?? 0)));
    const head = seen.at(-1)!;
    const at = (tag: unknown) => (tag === 'latest' ? head : seen[Number(tag)]);
    switch (method) {
      case 'eth_chainId':
        return quantity(mood.chainId ?? chain.chainId);
      case 'eth_blockNumber':
        return quantity(head.number + (mood.ahead ?? 0));
      case 'eth_getCode':
        return '0x00';
      case 'eth_maxPriorityFeePerGas':
        return quantity(10);
      case 'eth_getBlockByNumber': {
        const block = at(params[0]);
        if (block === undefined) return null;
        const { number, hash, parentHash, timestamp } = block;
        const [base, time] = [quantity(100), quantity(timestamp)];
        return { number: quantity(number), hash, parentHash, timestamp: time, baseFeePerGas: base };
      }
      case 'eth_estimateGas':
        if (chain.estimateReverts) {
          throw new RpcAnswerError(3, 'execution reverted', chain.estimateReverts);
        }
        return quantity(50_000);
      case 'eth_call':
        if (chain.minedReverts) throw new RpcAnswerError(3, 'execution reverted', chain.minedReverts);
        return '0x';
      case 'eth_getTransactionCount': {
        const mined = seen.reduce((sum, block) => sum + block.transactions.length, 0);
        if (params[1] !== 'pending' || mood.forgetsPending) return quantity(mined);
        let next = mined;
        while (chain.pool.some(tx => tx.nonce === next)) next++;
        return quantity(next);
      }
      case 'eth_sendRawTransaction': {
        if (chain.refusesBroadcast) throw new RpcAnswerError(-32000, chain.refusesBroadcast);
        const raw = params[0] as Hex;
        const parsed = parseTransaction(raw);
        const nonce = parsed.nonce ?? 0;
        const transaction = {
          ...{ raw, hash: keccak256(raw), nonce, to: parsed.to ?? ZERO_ADDRESS },
          maxFeePerGasWei: parsed.maxFeePerGas ?? 0n,
        };
        if (nonce < chain.nonce()) throw new RpcAnswerError(-32000, 'nonce too low');
        if (chain.pool.some(tx => tx.hash === transaction.hash))
          throw new RpcAnswerError(-32000, 'already known');
        if (!mood.drops) chain.pool.push(transaction);
        return transaction.hash;
      }
      case 'eth_getTransactionReceipt': {
        const block = seen.find(({ transactions }) => transactions.some(tx => tx.hash === params[0]));
        if (block === undefined) return null;
        return {
          ...{ transactionHash: params[0], blockNumber: quantity(block.number), blockHash: block.hash },
          ...{ gasUsed: quantity(40_000), status: chain.minedReverts ? '0x0' : '0x1', logs: [] },
        };
      }
      case 'eth_getLogs': {
        const { fromBlock, toBlock } = params[0] as { fromBlock: Hex; toBlock: Hex };
        const [from, to] = [Number(fromBlock), Number(toBlock)];
        if (to - from >= (mood.logRange ?? 1e9)) throw new RpcAnswerError(-32602, 'block range is too wide');
        return seen
          .slice(from, to + 1)
          .flatMap(block => block.logs)
          .map(log => ({
            ...log,
            ...{ blockNumber: quantity(log.blockNumber), logIndex: quantity(log.logIndex) },
          }));
      }
      default:
        throw new RpcAnswerError(-32601, `no method ${method}`);
    }
  }

  return chain;
}
