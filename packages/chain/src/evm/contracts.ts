import type { Deployment, Hex } from '@koinon/protocol';
import { asKoinonError } from '@koinon/protocol/errors';
import type {
  Abi,
  ContractEventArgsFromTopics,
  ContractEventName,
  ContractFunctionArgs,
  ContractFunctionName,
  ContractFunctionReturnType,
} from 'viem';
import { decodeEventLog, decodeFunctionResult, encodeFunctionData } from 'viem/utils';
import type { WriteOptions } from '../interfaces.ts';
import { lower } from '../lower.ts';
import type { TransactionReceipt } from '../rpc/answers.ts';
import type { Rpc } from '../rpc/failover.ts';
import { badAnswer } from '../rpc/quantity.ts';
import { readOnly } from '../transactions/readOnly.ts';
import { revertData, revertedError } from '../transactions/revert.ts';
import type { Sender } from '../transactions/sender.ts';
import { type Abis, abis, type ContractName, errorsAbi } from './abis.ts';

type View<C extends ContractName> = ContractFunctionName<Abis[C], 'view' | 'pure'>;
type Change<C extends ContractName> = ContractFunctionName<Abis[C], 'nonpayable' | 'payable'>;

/** Typed calls of the network's contracts. */
export interface Contracts {
  readonly addresses: Record<ContractName, Hex>;
  /** What the function answers at the newest block. `at` calls another contract of the same interface. */
  read<C extends ContractName, N extends View<C>>(
    contract: C,
    functionName: N,
    args: ContractFunctionArgs<Abis[C], 'view' | 'pure', N>,
    at?: Hex,
  ): Promise<ContractFunctionReturnType<Abis[C], 'view' | 'pure', N>>;
  /** Sends and waits; `doing` completes "The contract refused …". */
  write<C extends ContractName, N extends Change<C>>(
    contract: C,
    functionName: N,
    args: ContractFunctionArgs<Abis[C], 'nonpayable' | 'payable', N>,
    doing: string,
    options?: WriteOptions & { at?: Hex },
  ): Promise<TransactionReceipt>;
  /** The events of that name in the receipt. */
  events<C extends ContractName, N extends ContractEventName<Abis[C]>>(
    contract: C,
    eventName: N,
    receipt: TransactionReceipt,
  ): ContractEventArgsFromTopics<Abis[C], N>[];
}

export function contractCalls(deployment: Deployment, rpc: Rpc, sender: Sender | undefined): Contracts {
  const names = Object.keys(abis) as ContractName[];
  const addresses = Object.fromEntries(names.map(name => [name, lower(deployment[name])]));
  return {
    addresses: addresses as Record<ContractName, Hex>,
    async read(contract, functionName, args, at) {
      const abi: Abi = abis[contract];
      const data = encodeFunctionData({
        abi,
        functionName: functionName as string,
        args: args as readonly unknown[],
      });
      const to = at ?? deployment[contract];
      try {
        const result = await rpc.request('eth_call', [{ to, data }, 'latest']);
        if (typeof result !== 'string' || !/^0x([0-9a-f]{2})+$/i.test(result)) {
          throw badAnswer(`no result of ${functionName} at ${to}`);
        }
        return decodeFunctionResult({
          abi,
          functionName: functionName as string,
          data: result as Hex,
        }) as never;
      } catch (error) {
        const reverted = revertData(error);
        if (reverted !== undefined)
          throw revertedError(errorsAbi, reverted, `to answer ${functionName}`, error);
        throw asKoinonError(error);
      }
    },
    async write(contract, functionName, args, doing, { key, at } = {}) {
      if (sender === undefined) throw readOnly(doing);
      const abi: Abi = abis[contract];
      const data = encodeFunctionData({
        abi,
        functionName: functionName as string,
        args: args as readonly unknown[],
      });
      return sender.send({ to: at ?? (deployment[contract] as Hex), data, doing }, key);
    },
    events(contract, eventName, receipt) {
      const abi: Abi = abis[contract];
      return receipt.logs.flatMap(({ address, topics, data }) => {
        if (address !== deployment[contract]) return [];
        try {
          const log = decodeEventLog({ abi, topics: topics as [Hex, ...Hex[]], data });
          return log.eventName === eventName ? [log.args as never] : [];
        } catch {
          return [];
        }
      });
    },
  };
}
