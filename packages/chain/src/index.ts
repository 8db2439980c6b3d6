export type { Clock } from './clock.ts';
export { type ConnectChainOptions, connectChain } from './evm/connectChain.ts';
export { type IndexSnapshotPort, sqliteSnapshot } from './evm/index/snapshot.ts';
export { hexNumber, quantity } from './evm/rpc/quantity.ts';
export { httpTransport, RpcAnswerError, type RpcTransport } from './evm/rpc/transport.ts';
export {
  type JournaledTransaction,
  memoryJournal,
  type SqlDatabase,
  sqliteJournal,
  type TransactionJournal,
} from './evm/transactions/journal.ts';
export { refusalOf } from './evm/transactions/revert.ts';
export type * from './port/audits.ts';
export type * from './port/beacon.ts';
export type * from './port/chain.ts';
export type * from './port/contracts.ts';
export type * from './port/court.ts';
export type * from './port/datasets.ts';
export type * from './port/escrow.ts';
export type * from './port/models.ts';
export type * from './port/nodes.ts';
export type * from './port/token.ts';
export type * from './port/transaction.ts';
