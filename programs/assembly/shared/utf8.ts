import { Bytes } from "./files";

/** Whether the bytes are well-formed UTF-8 (Unicode 15, table 3-7). */
export function isUtf8(bytes: Bytes): bool {
  let position = bytes.start;
  const stop = bytes.start + bytes.length;
  while (position < stop) {
    const lead = load<u8>(position++);
    if (lead < 0x80) continue;
    if (lead < 0xc2 || lead > 0xf4) return false;
    const following = lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3;
    if (position + following > stop) return false;
    const second = load<u8>(position);
    const least: u8 = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
    const most: u8 = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
    if (second < least || second > most) return false;
    for (let i = 1; i < following; i++) {
      if ((load<u8>(position + i) & 0xc0) != 0x80) return false;
    }
    position += following;
  }
  return true;
}

/** Writes a code point that is no surrogate at `to`; returns the address behind it. */
export function writeUtf8(to: usize, codePoint: i32): usize {
  if (codePoint < 0x80) {
    store<u8>(to, <u8>codePoint);
    return to + 1;
  }
  const following = codePoint < 0x800 ? 1 : codePoint < 0x10000 ? 2 : 3;
  const mark = following == 1 ? 0xc0 : following == 2 ? 0xe0 : 0xf0;
  store<u8>(to, <u8>(mark | (codePoint >> (6 * following))));
  for (let i = 1; i <= following; i++) {
    store<u8>(to + i, <u8>(0x80 | ((codePoint >> (6 * (following - i))) & 0x3f)));
  }
  return to + 1 + following;
}
