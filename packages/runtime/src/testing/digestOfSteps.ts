import { sha256 } from '@noble/hashes/sha2.js';
import { replayStep } from '../replayStep.ts';
import { run } from '../run.ts';
import { decodeStepState } from '../state/decodeState.ts';
import { encodeStepState } from '../state/encodeState.ts';
import { STEPS_LIMITS } from './stepsLimits.ts';

/**
 * One digest, hex, over the encoded states between the steps of these programs, how they end, and what their last steps
 * come to when replayed alone from those bytes.
 */
export async function digestOfSteps(modules: readonly Uint8Array[]): Promise<string> {
  const all: string[] = [];
  for (const module of modules) {
    const states: Uint8Array[] = [];
    const input = {
      module,
      files: new Map<string, Uint8Array>(),
      params: new TextEncoder().encode('{}'),
      seed: new Uint8Array(32),
      timeMs: 1_700_000_000_000n,
      limits: STEPS_LIMITS,
    };
    const { exitCode, fuelUsed, stepRoots } = await run({
      ...input,
      onStep: ({ state }) => states.push(encodeStepState(state())),
    });
    const stepIndex = stepRoots.length - 1;
    const from =
      stepIndex === 0
        ? {}
        : {
            from: decodeStepState(states.at(-1)!, STEPS_LIMITS),
            fromRoot: stepRoots.at(-2)!,
          };
    const last = await replayStep({ ...input, stepIndex, ...from });
    all.push(
      `${exitCode} ${fuelUsed} ${states.map(hexDigest)} ${stepRoots} ${last.exitCode} ${last.stateRoot}`,
    );
  }
  return hexDigest(new TextEncoder().encode(all.join('\n')));
}

function hexDigest(bytes: Uint8Array): string {
  return [...sha256(bytes)].map(byte => byte.toString(16).padStart(2, '0')).join('');
}
