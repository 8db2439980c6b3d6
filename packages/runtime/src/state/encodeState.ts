import { compareBytes, concat, uint } from './bytes.ts';
import { isZero } from './memoryTree.ts';
import { globalBytes } from './stateRoot.ts';
import type { StepState } from './stepState.ts';

/** "koinon.state" and the version of the encoding. */
export const STATE_MAGIC = new TextEncoder().encode('koinon.state\x01');

const PAGE = 65536;

/**
 * The one encoding of a state, so that it can travel and be kept as a blob: magic ‖ pages (4) ‖ one bit a page, lowest
 * first, whether it holds anything but zeros ‖ those pages ‖ globals: count (4), each type byte ‖ value
 * little-endian ‖ bytes drawn (8) ‖ waited nanoseconds (8) ‖ fuel used (8) ‖ files: count (4), each length of the name (4)
 * ‖ name ‖ size (8) ‖ bytes, in order of the bytes of the names ‖ size of stdout (8) ‖ stdout ‖ the same of stderr.
 * Integers are big-endian but for the globals.
 */
export function encodeStepState(state: StepState): Uint8Array<ArrayBuffer> {
  return concat(stateParts(state));
}

/** The parts of the encoding in order; pages and files are not copied. */
export function stateParts(state: StepState): Uint8Array[] {
  const pages = state.memory.length / PAGE;
  const held = new Uint8Array(Math.ceil(pages / 8));
  const present: Uint8Array[] = [];
  for (let page = 0; page < pages; page++) {
    const bytes = state.memory.subarray(page * PAGE, (page + 1) * PAGE);
    if (isZero(bytes)) continue;
    held[page >> 3]! |= 1 << (page & 7);
    present.push(bytes);
  }
  const encoder = new TextEncoder();
  const files = [...state.outputs].map(([name, bytes]) => ({ name: encoder.encode(name), bytes }));
  files.sort((a, b) => compareBytes(a.name, b.name));
  return [
    STATE_MAGIC,
    uint(pages, 4),
    held,
    ...present,
    uint(state.globals.length, 4),
    ...state.globals.flatMap(globalBytes),
    uint(state.randomPosition, 8),
    uint(state.waitedNs, 8),
    uint(state.fuelUsed, 8),
    uint(files.length, 4),
    ...files.flatMap(({ name, bytes }) => [uint(name.length, 4), name, uint(bytes.length, 8), bytes]),
    ...[state.stdout, state.stderr].flatMap(bytes => [uint(bytes.length, 8), bytes]),
  ];
}
