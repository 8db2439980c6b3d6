import type { Deployment, Hex } from '@koinon/protocol';
import * as generated from '@koinon/protocol/abi';
import type { Abi } from 'viem';
import { lower } from '../../lower.ts';
import type { Contract } from '../../port/contracts.ts';

/** The interface of each contract that this package calls itself, under the name of its address in the deployment. */
export const abis = {
  token: generated.koinTokenAbi,
  nodes: generated.nodesAbi,
  escrow: generated.escrowAbi,
  datasets: generated.datasetsAbi,
  models: generated.modelsAbi,
  /** Every kind of beacon answers to this. */
  beacon: generated.blockBeaconAbi,
  audits: generated.auditsAbi,
  court: generated.courtAbi,
} as const;
export type Abis = typeof abis;

export type Deployed = { readonly [N in keyof Abis]: Contract<Abis[N]> };

/** The contracts of a network that this package calls itself. */
export function deployedContracts(deployment: Deployment): Deployed {
  const names = Object.keys(abis) as (keyof Abis)[];
  const entries = names.map(name => [name, { address: lower(deployment[name]), abi: abis[name] }]);
  return Object.fromEntries(entries) as Deployed;
}

/** A token of the KOIN token's interface, such as any ERC-20 has in its common part. */
export function erc20(address: Hex): Contract<Abis['token']> {
  return { address: lower(address), abi: abis.token };
}

/** The custom errors of every contract of the network: a call may fail inside another contract than the one called. */
export const errorsAbi: Abi = Object.values(generated).flatMap(abi =>
  (abi as Abi).filter(item => item.type === 'error'),
);
