import type { Limits } from '../profile.ts';
import { type ProgramInput, type RunInput, type RunResult, run } from '../run.ts';

export const LIMITS: Limits = {
  fuel: 10_000_000_000n,
  stepFuel: 10_000_000_000n,
  memoryPages: 256,
  callDepth: 1000,
  outputBytes: 1 << 20,
};

/** Runs a module with no input files, seed zero, at 2023-11-14T22:13:20Z. */
export function execute(
  module: Uint8Array,
  limits: Partial<Limits> = {},
  rest: Partial<Pick<RunInput, 'files' | 'seed' | 'timeMs' | 'params' | 'onProgress'>> = {},
): Promise<RunResult> {
  return run({ ...inputOf(module, { ...LIMITS, ...limits }), ...rest });
}

/** What these runs have in common. */
export function inputOf(module: Uint8Array, limits: Limits): ProgramInput {
  return {
    module,
    files: new Map(),
    params: new TextEncoder().encode('{}'),
    seed: new Uint8Array(32),
    timeMs: 1_700_000_000_000n,
    limits,
  };
}
