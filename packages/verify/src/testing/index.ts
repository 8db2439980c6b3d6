/** A small honest network in memory, for tests of whatever checks evidence. */
export { digestOf, domains, parties } from './parties.ts';
export { flipped } from './tamper.ts';
export {
  collect,
  type HeldBackStudy,
  makeHeldBackStudy,
  makeStudy,
  names,
  publish,
  type Study,
  type World,
} from './world.ts';
