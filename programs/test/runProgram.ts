import { createHash } from 'node:crypto';
import { type Limits, run } from '@koinon/runtime';

/** What a program left behind. */
export interface Ran {
  exitCode: number;
  stderr: string;
  outputs: Map<string, Uint8Array>;
  fuelUsed: bigint;
  steps: number;
}

const limits: Limits = {
  fuel: 1n << 40n,
  stepFuel: 1n << 40n,
  memoryPages: 512,
  callDepth: 1000,
  outputBytes: 1 << 24,
};

/** Runs `module` in the sandbox, `inputs` under /in beside params.json. */
export async function runProgram(
  module: Uint8Array,
  params: unknown,
  inputs: Record<string, Uint8Array>,
  changed: Partial<Limits> = {},
): Promise<Ran> {
  const ran = await run({
    module,
    files: new Map(Object.entries(inputs)),
    params: new TextEncoder().encode(JSON.stringify(params)),
    seed: new Uint8Array(32),
    timeMs: 0n,
    limits: { ...limits, ...changed },
    hash: bytes => createHash('sha256').update(bytes).digest(),
  });
  const { exitCode, outputs, fuelUsed } = ran;
  return {
    exitCode,
    outputs,
    fuelUsed,
    stderr: new TextDecoder().decode(ran.stderr),
    steps: ran.stepRoots.length,
  };
}
