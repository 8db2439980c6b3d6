import { fail, OUT_OF_MEMORY } from "./fail";

const PAGE_BYTES: usize = 65536;
const LARGEST: usize = 1 << 30;

/**
 * Address of `bytes` fresh bytes, 16-byte aligned, zeroed because memory is never given back. Ends the program
 * with a message where the manifest's memory limit is reached, which the allocator itself answers with a trap.
 */
export function allocate(bytes: usize): usize {
  if (bytes > LARGEST) fail(OUT_OF_MEMORY, `${bytes} bytes at once are more than this program can hold`);
  const end = heap.alloc(0) + bytes + 64;
  const held = <usize>memory.size() * PAGE_BYTES;
  if (end > held && memory.grow(<i32>((end - held + PAGE_BYTES - 1) / PAGE_BYTES)) < 0) {
    fail(OUT_OF_MEMORY, `memory is full: ${bytes} more bytes do not fit beside ${held}; raise memoryPages or use fewer rows`);
  }
  return heap.alloc(bytes);
}

/** Address of `count` zeros of f64. */
export function allocateFloats(count: i32): usize {
  return allocate(<usize>count << 3);
}
