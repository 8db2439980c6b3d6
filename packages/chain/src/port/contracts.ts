import type { Hex } from '@koinon/protocol';
import type {
  Abi,
  ContractEventArgsFromTopics,
  ContractEventName,
  ContractFunctionArgs,
  ContractFunctionName,
  ContractFunctionReturnType,
} from 'viem';
import type { Mined, WriteOptions } from './transaction.ts';

/** A contract as its caller knows it. Declared `as const`, its ABI types every call. */
export interface Contract<A extends Abi = Abi> {
  /** Lower case. */
  readonly address: Hex;
  readonly abi: A;
  /** What to do about a refusal, by the name of the custom error: `next` of the error a person reads. */
  readonly remedies?: Readonly<Record<string, string>>;
}

export type View<A extends Abi> = ContractFunctionName<A, 'view' | 'pure'>;
export type Change<A extends Abi> = ContractFunctionName<A, 'nonpayable' | 'payable'>;
export type EventArgs<A extends Abi, E extends ContractEventName<A>> = ContractEventArgsFromTopics<A, E>;

export interface ReadOptions {
  /** As it was when this block ended; the newest block by default. */
  block?: number;
}

export interface CallOptions extends WriteOptions {
  /** Completes "The contract refused …": "naming the node". */
  doing: string;
}

/** A transaction that was mined, and what it emitted. */
export interface Written {
  mined: Mined;
  /** Values of the contract's events of that name in the transaction, in order. */
  emitted<const A extends Abi, E extends ContractEventName<A>>(
    contract: Contract<A>,
    eventName: E,
  ): EventArgs<A, E>[];
}

/** One event of a contract, and where it stands. */
export interface ContractEvent<A extends Abi, E extends ContractEventName<A>> {
  args: EventArgs<A, E>;
  block: number;
  blockHash: Hex;
  transaction: Hex;
}

export interface EventFilter<A extends Abi, E extends ContractEventName<A>> {
  /** Only events with these values; addresses in lower case. */
  args?: Partial<EventArgs<A, E>>;
  /** First block; 0 by default. */
  fromBlock?: number;
  /** Last block; the newest by default. */
  toBlock?: number;
}

/**
 * The waist between a service and the chain: typed calls of any contract from its ABI. Addresses come back in lower case.
 * A refusal is `K_CHAIN_REVERTED` with the custom error and its values; `refusalOf` tells the name.
 */
export interface Contracts {
  /** What the function answers. Throws `K_CHAIN_REVERTED`, `K_RPC_UNREACHABLE`, `K_RPC_BAD_ANSWER`. */
  read<const A extends Abi, F extends View<A>>(
    contract: Contract<A>,
    functionName: F,
    args: ContractFunctionArgs<A, 'view' | 'pure', F>,
    options?: ReadOptions,
  ): Promise<ContractFunctionReturnType<A, 'view' | 'pure', F>>;
  /**
   * Sends a transaction of the chain's account and waits until it is mined. The same `key` sends once. Throws
   * `K_CHAIN_READ_ONLY` where there is no account, `K_CHAIN_REVERTED`, `K_NO_GAS_COIN`, `K_CHAIN_REJECTED`.
   */
  write<const A extends Abi, F extends Change<A>>(
    contract: Contract<A>,
    functionName: F,
    args: ContractFunctionArgs<A, 'nonpayable' | 'payable', F>,
    options: CallOptions,
  ): Promise<Written>;
  /**
   * The contract's events of that name on the chain as it now is, in chain order. The first to ask makes the index read them
   * from the network's first block; from then on it keeps them, through reorganisations and restarts, and `watch` tells
   * `{ type: 'contract' }` of each.
   */
  events<const A extends Abi, E extends ContractEventName<A>>(
    contract: Contract<A>,
    eventName: E,
    filter?: EventFilter<A, E>,
  ): Promise<ContractEvent<A, E>[]>;
}
