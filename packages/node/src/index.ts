export { createNode, type KoinonNode, type NodeOptions } from './createNode.ts';
export {
  createPrivateKey,
  decryptKey,
  encryptKey,
  type Keystore,
  keystoreSchema,
  LOCAL_SCRYPT_N,
} from './keys/keystore.ts';
export { type Clock, systemClock } from './ports/clock.ts';
export {
  type Checkpoint,
  type CheckpointStep,
  checkpointSteps,
  courtSteps,
  type JobStep,
  type Journal,
  jobSteps,
  type NodePorts,
} from './ports/ports.ts';
export { nodeConfigSchema, readJson, readNodeConfig, sandboxSetting } from './process/nodeConfig.ts';
export { apiToken, openNode, type RunningNode } from './process/openNode.ts';
export { readShippedPrograms } from './process/shippedPrograms.ts';
