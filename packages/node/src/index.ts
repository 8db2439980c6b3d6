export {
  type Checkpoint,
  type CheckpointStep,
  type Clock,
  type JobStep,
  type Journal,
  jobSteps,
  type NodePorts,
} from '@koinon/kernel';
export type { KoinonNode, NodeOptions } from './createNode.ts';
export type { ServeNodeOptions } from './http/serveNode.ts';
export {
  createPrivateKey,
  decryptKey,
  encryptKey,
  type Keystore,
  keystoreSchema,
  LOCAL_SCRYPT_N,
} from './keys/keystore.ts';
export { nodeConfigSchema, readJson, readNodeConfig } from './process/nodeConfig.ts';
export { openNode, type RunningNode } from './process/openNode.ts';
export { readShippedPrograms } from './process/shippedPrograms.ts';
export type { ServicesConfig } from './services.ts';
export { servicesFor } from './servicesFor.ts';
