export { type EvmWorld, evmWorld } from './evmWorld.ts';
export { simulatedClock } from './simulatedClock.ts';
