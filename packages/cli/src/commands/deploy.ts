import type { Command } from 'commander';
import type { Surroundings } from './surroundings.ts';
export function addDeploy(_program: Command, _surroundings: Surroundings): void {}
