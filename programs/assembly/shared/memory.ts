/** Address of `bytes` zeros, 16-byte aligned. Memory is never given back, so that fresh memory is zero. */
export function allocate(bytes: usize): usize {
  return heap.alloc(bytes);
}

/** Address of `count` zeros of f64. */
export function allocateFloats(count: i32): usize {
  return allocate(<usize>count << 3);
}
