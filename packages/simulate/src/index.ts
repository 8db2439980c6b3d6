export type { Cheater, Ring } from './cheaters/cheater.ts';
export { cheaters } from './cheaters/index.ts';
export { defaults, type SimulateOptions } from './node/world.ts';
export type { RingResult, RunResult } from './report/runResult.ts';
export { simulate } from './simulate.ts';
