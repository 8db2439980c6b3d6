/** A small honest network in memory, for tests of whatever checks evidence. */
export { digestOf, domains } from './parties.ts';
export { flipped } from './tamper.ts';
export { type HeldBackStudy, makeHeldBackStudy, makeStudy, type Study, type World } from './world.ts';
