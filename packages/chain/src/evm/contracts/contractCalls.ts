import type { Hex } from '@koinon/protocol';
import { asKoinonError } from '@koinon/protocol/errors';
import type { Abi, AbiEvent } from 'viem';
import {
  decodeEventLog,
  decodeFunctionResult,
  encodeFunctionData,
  getAbiItem,
  toEventSelector,
} from 'viem/utils';
import { lower } from '../../lower.ts';
import type { Contract, Contracts, Written } from '../../port/contracts.ts';
import type { EventIndex } from '../index/eventIndex.ts';
import { minedOf, type TransactionReceipt } from '../rpc/answers.ts';
import type { Rpc } from '../rpc/failover.ts';
import { badAnswer, quantity } from '../rpc/quantity.ts';
import { readOnly } from '../transactions/readOnly.ts';
import { revertData, revertedError } from '../transactions/revert.ts';
import type { Sender } from '../transactions/sender.ts';
import { lowerAddresses, lowerArguments } from './lowerAddresses.ts';

export interface ContractCallsParts {
  rpc: Rpc;
  index: Pick<EventIndex, 'logsOf'>;
  /** Undefined for a chain that only reads. */
  sender: Sender | undefined;
}

interface RawEvent {
  topics: readonly Hex[];
  data: Hex;
}

/** Typed calls from an ABI over JSON-RPC. */
export function contractCalls({ rpc, index, sender }: ContractCallsParts): Contracts {
  return {
    async read(contract, functionName, args, { block } = {}) {
      const { abi, address: to } = contract as Contract;
      const call = { functionName: functionName as string, args: args as readonly unknown[] };
      const data = encodeFunctionData({ abi, ...call });
      try {
        const tag = block === undefined ? 'latest' : quantity(block);
        const result = await rpc.request('eth_call', [{ to, data }, tag]);
        if (typeof result !== 'string' || !/^0x([0-9a-f]{2})+$/i.test(result)) {
          throw badAnswer(`no result of ${functionName} at ${to}`);
        }
        const decoded = decodeFunctionResult({ abi, ...call, data: result as Hex });
        const item = getAbiItem({ abi, name: call.functionName, args: call.args });
        const outputs = item !== undefined && 'outputs' in item ? item.outputs : [];
        return (
          outputs.length === 1
            ? lowerAddresses(outputs[0]!, decoded)
            : outputs.map((output, i) => lowerAddresses(output, (decoded as unknown[])[i]))
        ) as never;
      } catch (error) {
        const reverted = revertData(error);
        if (reverted === undefined) throw asKoinonError(error);
        throw revertedError(contract, reverted, `to answer ${functionName}`, error);
      }
    },

    async write(contract, functionName, args, { doing, key }) {
      if (sender === undefined) throw readOnly(doing);
      const { abi, address: to } = contract as Contract;
      const call = { functionName: functionName as string, args: args as readonly unknown[] };
      const data = encodeFunctionData({ abi, ...call });
      return writtenOf(await sender.send({ to, data, doing, contract }, key));
    },

    async events(contract, eventName, { args = {}, fromBlock = 0, toBlock = Number.POSITIVE_INFINITY } = {}) {
      const event = eventOf(contract.abi, eventName as string);
      const wanted = Object.entries(args as Record<string, unknown>);
      const logs = await index.logsOf(lower(contract.address), toEventSelector(event), event.name);
      return logs
        .filter(({ block }) => block >= fromBlock && block <= toBlock)
        .flatMap(({ block, blockHash, transaction, ...raw }) => {
          const values = decoded(event, raw);
          if (values === undefined || wanted.some(([name, value]) => values[name] !== value)) return [];
          return [{ args: values as never, block, blockHash, transaction }];
        });
    },
  };
}

function writtenOf(receipt: TransactionReceipt): Written {
  return {
    mined: minedOf(receipt),
    emitted(contract, eventName) {
      const event = eventOf(contract.abi, eventName as string);
      const selector = toEventSelector(event);
      return receipt.logs
        .filter(({ address, topics }) => address === lower(contract.address) && topics[0] === selector)
        .map(raw => decoded(event, raw))
        .filter(values => values !== undefined) as never;
    },
  };
}

function eventOf(abi: Abi, name: string): AbiEvent {
  const event = abi.find((item): item is AbiEvent => item.type === 'event' && item.name === name);
  if (event === undefined) throw new TypeError(`the ABI has no event ${name}`);
  return event;
}

/** Undefined for a log that another event with the same signature wrote, with other values indexed. */
function decoded(event: AbiEvent, { topics, data }: RawEvent): Record<string, unknown> | undefined {
  try {
    const { args } = decodeEventLog({ abi: [event], topics: topics as [Hex, ...Hex[]], data });
    return lowerArguments(event.inputs, (args ?? {}) as Record<string, unknown>);
  } catch {
    return undefined;
  }
}
