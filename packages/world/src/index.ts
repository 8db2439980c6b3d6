export type { EndpointFaults } from './chain/endpointFaults.ts';
export { type EvmBlock, type EvmChain, type EvmChainOptions, evmChain } from './chain/evmChain.ts';
export { evmTransport } from './chain/evmTransport.ts';
export type { WorldChain, WorldChainOptions, WorldConnectOptions } from './chain/worldChain.ts';
export { altered } from './executor/altered.ts';
export { confined, type InProcessOptions, inProcessExecutor } from './executor/inProcessExecutor.ts';
export { type Loop, type LoopOptions, worldLoop } from './loop/loop.ts';
export type { Random } from './loop/random.ts';
export { smallProgram } from './programs/smallProgram.ts';
export { type DiskBackup, type WorldDisk, worldDisk } from './store/worldDisk.ts';
export {
  createWorld,
  type LifeChanges,
  type Member,
  type NodePlan,
  type Note,
  type World,
  type WorldOptions,
} from './world.ts';
