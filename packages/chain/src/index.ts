export { systemClock } from './clock.ts';
export { type ConnectChainOptions, connectChain } from './connectChain.ts';
export type * from './court.ts';
export { disputeIdOf, sealOf, voteOf } from './courtIds.ts';
export {
  type AuditOptions,
  auditTerms,
  type CourtOptions,
  courtTerms,
  LOCAL_COURT,
} from './courtTerms.ts';
export {
  DEFAULT_CHALLENGE_WINDOW_SECONDS,
  DEFAULT_SUPPLY,
  type DeployOptions,
  deployContracts,
} from './deploy.ts';
export { drandProof, drandProofs, QUICKNET_RELAYS } from './drandRelay.ts';
export { channelIdOf } from './evm/channelKey.ts';
export { peerIdBytes, peerIdText } from './evm/peerId.ts';
export { sqliteSnapshot } from './index/snapshot.ts';
export type * from './interfaces.ts';
export { DEV_MNEMONIC, type DevAccount, devAccount } from './local/devAccounts.ts';
export { type Anvil, type StartAnvilOptions, startAnvil } from './local/startAnvil.ts';
export { DEFAULT_BEACON_MARGIN_SECONDS, type DrandNetwork, QUICKNET } from './quicknet.ts';
export { httpTransport, RpcAnswerError, type RpcTransport } from './rpc/transport.ts';
export { memoryJournal, type SqlDatabase, sqliteJournal } from './transactions/journal.ts';
export { type MemoryChain, type MemoryChainOptions, memoryChain } from './twin/memoryChain.ts';
export type { SignatureCheck } from './twin/signatureCheck.ts';
