// The process around a node, by Node: its folder, keys and server, which a browser can not have.
export {
  createPrivateKey,
  decryptKey,
  encryptKey,
  type Keystore,
  keystoreSchema,
  LOCAL_SCRYPT_N,
} from './keys/keystore.ts';
export { nodeConfigSchema, readJson, readNodeConfig } from './process/nodeConfig.ts';
export { openNode } from './process/openNode.ts';
export { readShippedPrograms } from './process/shippedPrograms.ts';
export { servicesFor } from './servicesFor.ts';
