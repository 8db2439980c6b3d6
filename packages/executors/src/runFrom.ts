import { KoinonError } from '@koinon/protocol/errors';
import {
  type Checkpoint,
  decodeCheckpoint,
  type ProgramInput,
  type RunInput,
  type RunResult,
  run,
} from '@koinon/runtime';

/** Bytes of stdout and stderr that are reported, each. */
export const STREAM_MAX_BYTES = 64 * 1024;

/** The checkpoint that was kept as these bytes, or nothing where they are none of this program's. */
export function readCheckpoint(bytes: Uint8Array, { limits }: ProgramInput): Checkpoint | undefined {
  try {
    return decodeCheckpoint(bytes, limits);
  } catch (error) {
    if (isAboutState(error)) return undefined;
    throw error;
  }
}

/**
 * Runs from the checkpoint, if there is one, and tells how many steps it took over. One that does not fit is what a crash or
 * another version left behind: then the run begins at the beginning. Throws as `run`.
 */
export async function runFrom(
  input: RunInput,
  from: Checkpoint | undefined,
): Promise<{ result: RunResult; resumed: number }> {
  if (from !== undefined) {
    try {
      return { result: await run({ ...input, resumeFrom: from }), resumed: from.stepRoots.length };
    } catch (error) {
      if (!isAboutState(error)) throw error;
    }
  }
  return { result: await run(input), resumed: 0 };
}

function isAboutState(error: unknown): boolean {
  return error instanceof KoinonError && error.code.startsWith('K_STEP_STATE_');
}
