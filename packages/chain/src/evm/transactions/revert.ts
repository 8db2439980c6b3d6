import type { Hex } from '@koinon/protocol';
import { KoinonError } from '@koinon/protocol/errors';
import type { Abi } from 'viem';
import { decodeErrorResult } from 'viem/utils';
import { lower } from '../../lower.ts';
import type { Contract } from '../../port/contracts.ts';
import { errorsAbi } from '../contracts/deployed.ts';
import { RpcAnswerError } from '../rpc/transport.ts';
import { remedies } from './remedies.ts';

/** The revert data inside a JSON-RPC error, wherever this kind of node puts it; undefined when it is no revert. */
export function revertData(error: unknown): Hex | undefined {
  if (!(error instanceof RpcAnswerError)) return undefined;
  const found = findHex(error.data, 0);
  if (found !== undefined) return found;
  return /revert/i.test(error.message) ? '0x' : undefined;
}

function findHex(value: unknown, depth: number): Hex | undefined {
  if (typeof value === 'string') {
    const match = /^(?:Reverted )?(0x([0-9a-f]{2})*)$/i.exec(value);
    return match?.[1] as Hex | undefined;
  }
  if (typeof value !== 'object' || value === null || depth > 2) return undefined;
  const { data, result, originalError } = value as Record<string, unknown>;
  return findHex(data, depth + 1) ?? findHex(result, depth + 1) ?? findHex(originalError, depth + 1);
}

/** Who refused: its own errors are known, and what to do about them. */
export type Refuser = Pick<Contract, 'abi' | 'remedies'>;

/** The refusal of a contract as an error a person can act on: `K_CHAIN_REVERTED` with the custom error and its facts. */
export function revertedError(
  contract: Refuser | undefined,
  data: Hex,
  doing: string,
  cause?: unknown,
): KoinonError {
  const { name, facts } = decode([...(contract?.abi ?? []), ...errorsAbi], data);
  return refusal(name, facts, doing, cause, contract?.remedies?.[name]);
}

/** The name of the custom error with which a contract refused; undefined for every other error. */
export function refusalOf(error: unknown): string | undefined {
  if (!(error instanceof KoinonError) || error.code !== 'K_CHAIN_REVERTED') return undefined;
  const name = error.data['error'];
  return typeof name === 'string' ? name : undefined;
}

/** The refusal under its name, which is that of the custom error, with the error's values by their names. */
export function refusal(
  name: string,
  values: Record<string, unknown>,
  doing: string,
  cause?: unknown,
  remedy = remedies[name],
): KoinonError {
  const facts = Object.fromEntries(Object.entries(values).map(([key, value]) => [key, String(value)]));
  const words = Object.entries(facts)
    .map(([key, value]) => `${key} ${value}`)
    .join(', ');
  return new KoinonError({
    code: 'K_CHAIN_REVERTED',
    message: `The contract refused ${doing}: ${sentence(name)}${words === '' ? '' : ` (${words})`}.`,
    fault: 'user',
    data: { error: name, ...facts, doing },
    next: remedy ?? 'Check the values given; nothing was changed on the chain.',
    cause,
  });
}

interface Decoded {
  name: string;
  facts: Record<string, string>;
}

function decode(abi: Abi, data: Hex): Decoded {
  try {
    const decoded = decodeErrorResult({ abi, data });
    const described = 'inputs' in decoded.abiItem ? (decoded.abiItem.inputs ?? []) : [];
    // Addresses in the lower case used everywhere here.
    const value = (i: number) =>
      String(decoded.args?.[i]).replace(/^0x[0-9a-fA-F]{40}$/, text => lower(text));
    const facts = described.map((input, i): [string, string] => [input.name ?? `value ${i}`, value(i)]);
    return { name: decoded.errorName, facts: Object.fromEntries(facts) };
  } catch {
    return { name: data === '0x' ? 'NoReason' : 'UnknownReason', facts: { revert: data } };
  }
}

/** `LogShrank` as `log shrank`. */
function sentence(name: string): string {
  return name
    .replace(/^ERC(\d+)/, 'ERC-$1 ')
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase();
}
