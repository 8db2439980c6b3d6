import type { Command } from 'commander';
import type { Surroundings } from './surroundings.ts';
export function addNode(_program: Command, _surroundings: Surroundings): void {}
