export { type MemoryChain, type MemoryChainOptions, memoryChain } from './memoryChain.ts';
export type { SignatureCheck } from './signatureCheck.ts';
