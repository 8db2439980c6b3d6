import type { PrepareResult } from '../prepare.ts';
import type { Limits } from '../profile.ts';
import { MAX_FILES } from '../wasi/files.ts';
import { MAX_RANDOM_BYTES } from '../wasi/randomStream.ts';
import { type StepState, stateUnfit } from './stepState.ts';

/**
 * Refuses a state that the program can never rest in, whatever its root.
 * @throws KoinonError `K_STEP_STATE_UNFIT`
 */
export function requireFit(state: StepState, program: PrepareResult, limits: Limits): void {
  if (!program.hasStep) throw stateUnfit('the program has one step only');
  const pages = state.memory.length / 65536;
  const { initialPages, maximumPages } = program.memory;
  if (!Number.isInteger(pages) || pages < initialPages || pages > maximumPages)
    throw stateUnfit(`${pages} pages of memory, it has ${initialPages} to ${maximumPages}`);
  const types = state.globals.map(({ type }) => type);
  if (types.length !== program.globals.length || types.some((type, i) => type !== program.globals[i]))
    throw stateUnfit('its globals are others');
  if (state.fuelUsed < 0n || state.fuelUsed > limits.fuel)
    throw stateUnfit(`${state.fuelUsed} fuel is used, the limit is ${limits.fuel}`);
  if (state.randomPosition < 0n || state.randomPosition > BigInt(MAX_RANDOM_BYTES))
    throw stateUnfit('more random bytes are drawn than there are');
  const written = [...state.outputs.values(), state.stdout, state.stderr];
  if (written.reduce((sum, bytes) => sum + bytes.length, 0) > limits.outputBytes)
    throw stateUnfit('more is written than the limit allows');
  if (state.outputs.size > MAX_FILES) throw stateUnfit('it has more files than can be');
}
