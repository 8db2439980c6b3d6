import { Reader } from './reader.ts';

/** Function names from the `name` section, empty where it is missing or broken: names carry no meaning. */
export function functionNames(bytes: Uint8Array): Map<number, string> {
  const names = new Map<number, string>();
  try {
    const reader = new Reader(bytes, 8);
    while (reader.pos < reader.end) {
      const id = reader.u8();
      const size = reader.u32();
      const start = reader.skip(size);
      if (id !== 0) continue;
      const section = new Reader(bytes, start, start + size);
      if (section.name() === 'name') readFunctionNames(section, names);
    }
  } catch {
    // What was read until here is kept.
  }
  return names;
}

function readFunctionNames(section: Reader, names: Map<number, string>): void {
  while (section.pos < section.end) {
    const id = section.u8();
    const size = section.u32();
    const start = section.skip(size);
    if (id !== 1) continue;
    const map = new Reader(section.bytes, start, start + size);
    for (let n = map.u32(); n > 0; n--) {
      const index = map.u32();
      names.set(index, map.name().slice(0, 200));
    }
  }
}
