import binaryen from 'binaryen';

// With garbage collection, nulls and references would get types of their own.
const ALL = binaryen.Features.All & ~binaryen.Features.GC;

/** A module from WebAssembly text. Only for tests: names in the text become a name section. */
export function wat(text: string): Uint8Array {
  const module = binaryen.parseText(text);
  try {
    module.setFeatures(ALL);
    return module.emitBinary();
  } finally {
    module.dispose();
  }
}

/** A program whose `_start` has this body (text); more fields may follow. */
export function program(body: string, fields = ''): Uint8Array {
  return wat(`(module ${fields} (memory (export "memory") 1 4) (func $main (export "_start") ${body}))`);
}
