import type { Command } from 'commander';
import type { Surroundings } from './surroundings.ts';
export function addKeys(_program: Command, _surroundings: Surroundings): void {}
