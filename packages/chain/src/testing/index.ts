export { type EvmBlock, type EvmChain, type EvmChainOptions, evmChain } from './evm/evmChain.ts';
export { evmTransport } from './evm/evmTransport.ts';
export { type EvmWorld, evmWorld } from './evmWorld.ts';
export { simulatedClock } from './simulatedClock.ts';
