// What the compiler needs to place objects: a bump allocator that never gives memory back, since a job is short.
// Unlike the compiler's own (`--runtime stub`) it ends with a message where memory is full, instead of a trap.
// The layout before an object's address is the compiler's: total size at -20, class at -8, length at -4.
import { OUT_OF_MEMORY } from "./fail";
import { fdWrite, procExit } from "./wasi";

const HEAD: usize = 4;
const OBJECT_HEAD: usize = 16;
const LARGEST: usize = (1 << 30) - 64;
const PAGE_BYTES: usize = 65536;
const LEAST_GROWTH_PAGES: usize = 16;

// @ts-ignore: decorator
@lazy let next: usize = ((__heap_base + HEAD + 15) & ~15) - HEAD;

// @ts-ignore: decorator
@global @unsafe
export function __alloc(size: usize): usize {
  if (size > LARGEST) endOutOfMemory();
  const address = next + HEAD;
  const room = roomFor(size);
  reserve(address + room);
  store<usize>(next, room);
  next = address + room;
  return address;
}

// @ts-ignore: decorator
@global @unsafe
export function __realloc(address: usize, size: usize): usize {
  if (size > LARGEST) endOutOfMemory();
  const room = load<usize>(address - HEAD);
  if (size <= room) return address;
  if (address + room == next) {
    reserve(address + roomFor(size));
    store<usize>(address - HEAD, roomFor(size));
    next = address + roomFor(size);
    return address;
  }
  const moved = __alloc(max(size, min(room << 1, LARGEST)));
  memory.copy(moved, address, room);
  return moved;
}

// @ts-ignore: decorator
@global @unsafe
export function __free(address: usize): void {}

// @ts-ignore: decorator
@global @unsafe
export function __new(size: usize, classId: u32): usize {
  if (size > LARGEST) endOutOfMemory();
  const address = __alloc(OBJECT_HEAD + size) + OBJECT_HEAD;
  store<u32>(address - 8, classId);
  store<u32>(address - 4, <u32>size);
  return address;
}

// @ts-ignore: decorator
@global @unsafe
export function __renew(object: usize, size: usize): usize {
  if (size > LARGEST) endOutOfMemory();
  const address = __realloc(object - OBJECT_HEAD, OBJECT_HEAD + size) + OBJECT_HEAD;
  store<u32>(address - 4, <u32>size);
  return address;
}

// @ts-ignore: decorator
@global @unsafe
export function __link(parent: usize, child: usize, expectMultiple: bool): void {}

// @ts-ignore: decorator
@global @unsafe
export function __pin(object: usize): usize {
  return object;
}

// @ts-ignore: decorator
@global @unsafe
export function __unpin(object: usize): void {}

// @ts-ignore: decorator
@global @unsafe
function __visit(object: usize, cookie: u32): void {}

// @ts-ignore: decorator
@global @unsafe
export function __collect(): void {}

/** Bytes a block of `size` takes, so that the next block's content is aligned to 16. */
function roomFor(size: usize): usize {
  return ((size + HEAD + 15) & ~15) - HEAD;
}

function reserve(end: usize): void {
  const held = <usize>memory.size() * PAGE_BYTES;
  if (end <= held) return;
  const needed = (end - held + PAGE_BYTES - 1) / PAGE_BYTES;
  if (memory.grow(<i32>max(needed, LEAST_GROWTH_PAGES)) < 0 && memory.grow(<i32>needed) < 0) endOutOfMemory();
}

/** Allocates nothing: the message is copied into bytes set aside in the module. */
function endOutOfMemory(): void {
  const message = "memory is full; raise memoryPages or use fewer rows\n";
  const bytes = memory.data(64);
  const vector = memory.data(12, 4);
  for (let i = 0; i < message.length; i++) store<u8>(bytes + i, <u8>message.charCodeAt(i));
  store<u32>(vector, <u32>bytes);
  store<u32>(vector, message.length, 4);
  fdWrite(2, vector, 1, vector + 8);
  procExit(OUT_OF_MEMORY);
  unreachable();
}
