import type { Cheater } from './cheater.ts';
import { falsified } from './wrongOutput.ts';

/** One stake, many promises. */
export const overseller: Cheater = {
  name: 'overseller',
  does: 'Takes ten times the orders its stake was meant for, all at once, and answers all with noise.',
  caughtBy:
    'Orders in flight raise the rate of the next ones, each is audited by lot, and claims mature only as far as free stake covers them.',
  formula: 'q · (1 − ρ) for each order',
  byLot: true,
  nodes: 1,
  corrupt: honest => ({ ...honest, execute: falsified, slots: 10 }),
};
