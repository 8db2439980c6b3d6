import { MemoryPipe } from '../src/memory/pipe.ts';

/** Two ends of a stream; what one writes the other reads at once. */
export function pipePair(): [MemoryPipe, MemoryPipe] {
  const ends: [MemoryPipe, MemoryPipe] = [new MemoryPipe(), new MemoryPipe()];
  const carrier = {
    carry: (_bytes: Uint8Array, deliver: () => void) => deliver(),
    carryClose: (deliver: () => void) => deliver(),
  };
  ends[0].connect(ends[1], carrier);
  ends[1].connect(ends[0], carrier);
  return ends;
}
