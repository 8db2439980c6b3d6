import {
  auditsAbi,
  blockBeaconAbi,
  courtAbi,
  datasetsAbi,
  escrowAbi,
  koinTokenAbi,
  modelsAbi,
  nodesAbi,
} from '@koinon/protocol/abi';
import type { Abi } from 'viem';

/** The interface of each contract, under the name of its address in the deployment. */
export const abis = {
  token: koinTokenAbi,
  nodes: nodesAbi,
  escrow: escrowAbi,
  datasets: datasetsAbi,
  models: modelsAbi,
  /** Every kind of beacon answers to this. */
  beacon: blockBeaconAbi,
  audits: auditsAbi,
  court: courtAbi,
} as const;
export type Abis = typeof abis;
export type ContractName = keyof Abis;

/** The custom errors of all contracts: a call may fail inside another contract than the one called. */
export const errorsAbi: Abi = Object.values(abis).flatMap(abi =>
  (abi as Abi).filter(item => item.type === 'error'),
);
