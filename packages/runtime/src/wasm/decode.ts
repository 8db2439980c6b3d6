import { MAX_MEMORY_PAGES, MODULE_LIMITS } from '../profile.ts';
import { constantExpression, decodeData, decodeElements } from './decodeSegments.ts';
import { IMPORTS, WASI_MODULE } from './imports.ts';
import type { Module } from './module.ts';
import { Reader } from './reader.ts';
import { type FunctionType, isReference, isValueType, signature, type ValueType } from './types.ts';

const CUSTOM = 0;
/** Sections in the order they must have; 12 (data count) stands before code. */
const ORDER = [1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 10, 11];

/**
 * The structure of a WebAssembly module, every section checked against the profile. Function bodies are only
 * cut out here; types of instructions are checked by the engine.
 * @throws Refusal
 */
export function decodeModule(bytes: Uint8Array): Module {
  const reader = new Reader(bytes);
  if (bytes.length > MODULE_LIMITS.bytes)
    reader.refuse(`the module has more than ${MODULE_LIMITS.bytes} bytes`);
  const magic = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
  for (const expected of magic)
    if (reader.u8() !== expected) reader.refuse('not a WebAssembly module of version 1', reader.pos - 1);
  const module: Module = {
    bytes,
    types: [],
    imports: [],
    functions: [],
    tables: [],
    memory: undefined,
    globals: [],
    exports: new Map(),
    start: undefined,
    elements: [],
    dataSegments: undefined,
    bodies: [],
    sections: new Map(),
  };
  let place = -1;
  let customs = 0;
  while (reader.pos < reader.end) {
    const at = reader.pos;
    const id = reader.u8();
    const size = reader.u32();
    const start = reader.skip(size);
    const section = new Reader(bytes, start, start + size);
    if (id === CUSTOM) {
      if (++customs > MODULE_LIMITS.customSections) reader.refuse('too many custom sections', at);
      section.name();
      continue;
    }
    const order = ORDER.indexOf(id);
    if (order < 0) reader.refuse(`section ${id} is not part of the profile`, at);
    if (order <= place) reader.refuse(`section ${id} is out of order or stands twice`, at);
    place = order;
    module.sections.set(id, { start, end: start + size });
    SECTIONS[id]!(section, module);
    if (section.pos !== section.end) section.refuse(`section ${id} is longer than its contents`);
  }
  const declared = module.functions.length - module.imports.length;
  if (module.bodies.length !== declared)
    reader.refuse(`${declared} functions are declared, ${module.bodies.length} have a body`);
  if (module.dataSegments !== undefined && module.dataSegments > 0 && !module.sections.has(11))
    reader.refuse('the data section is missing');
  return module;
}

const SECTIONS: Readonly<Record<number, (reader: Reader, module: Module) => void>> = {
  1: types,
  2: imports,
  3: functions,
  4: tables,
  5: memories,
  6: globals,
  7: exports,
  8: start,
  9: decodeElements,
  10: code,
  11: decodeData,
  12: (reader, module) => {
    const at = reader.pos;
    module.dataSegments = reader.u32();
    if (module.dataSegments > MODULE_LIMITS.segments) reader.refuse('too many data segments', at);
  },
};

function valueType(reader: Reader): ValueType {
  const at = reader.pos;
  const type = reader.u8();
  return isValueType(type)
    ? type
    : reader.refuse(`type 0x${type.toString(16)} is not part of the profile`, at);
}

function types(reader: Reader, module: Module): void {
  for (let n = reader.count(MODULE_LIMITS.types, 'types'); n > 0; n--) {
    const at = reader.pos;
    if (reader.u8() !== 0x60) reader.refuse('only function types are part of the profile', at);
    const list = (max: number, what: string) =>
      Array.from({ length: reader.count(max, what) }, () => valueType(reader));
    const params = list(MODULE_LIMITS.parameters, 'parameters');
    module.types.push({ params, results: list(MODULE_LIMITS.results, 'results') });
  }
}

function typeIndex(reader: Reader, module: Module): number {
  const at = reader.pos;
  const index = reader.u32();
  return index < module.types.length ? index : reader.refuse(`type ${index} does not exist`, at);
}

function imports(reader: Reader, module: Module): void {
  for (let n = reader.count(MODULE_LIMITS.functions, 'imports'); n > 0; n--) {
    const at = reader.pos;
    const from = reader.name();
    const name = reader.name();
    const kind = reader.u8();
    const shown = JSON.stringify(`${from}.${name}`);
    if (kind !== 0)
      reader.refuse(
        `${shown} imports a ${['', 'table', 'memory', 'global', 'tag'][kind] ?? 'thing'}, only functions can be`,
        at,
      );
    const wanted = from === WASI_MODULE ? IMPORTS.get(name) : undefined;
    if (wanted === undefined)
      reader.refuse(`the import ${shown} does not exist: only WASI preview 1 can be imported`, at);
    const index = typeIndex(reader, module);
    const type = module.types[index] as FunctionType;
    if (signature(type) !== signature(wanted))
      reader.refuse(`the import ${shown} is declared ${signature(type)}, it is ${signature(wanted)}`, at);
    module.imports.push({ name, type });
    module.functions.push(index);
  }
}

function functions(reader: Reader, module: Module): void {
  for (let n = reader.count(MODULE_LIMITS.functions, 'functions'); n > 0; n--)
    module.functions.push(typeIndex(reader, module));
}

function limits(reader: Reader, max: number, what: string): { initial: number; maximum: number | undefined } {
  const at = reader.pos;
  const flags = reader.u8();
  if (flags > 1)
    reader.refuse(`${what} with flags ${flags}: shared and 64-bit ones are not part of the profile`, at);
  const initial = reader.u32();
  const maximum = flags === 1 ? reader.u32() : undefined;
  if (initial > max) reader.refuse(`${what} starts with ${initial}, more than ${max}`, at);
  if (maximum !== undefined && maximum < initial) reader.refuse(`${what} has a maximum below its start`, at);
  return { initial, maximum };
}

function tables(reader: Reader, module: Module): void {
  for (let n = reader.count(MODULE_LIMITS.tables, 'tables'); n > 0; n--) {
    const at = reader.pos;
    const type = reader.u8();
    if (!isReference(type)) reader.refuse('a table holds funcref or externref', at);
    module.tables.push({ type, ...limits(reader, MODULE_LIMITS.tableElements, 'a table') });
  }
}

function memories(reader: Reader, module: Module): void {
  const at = reader.pos;
  const n = reader.u32();
  if (n > 1) reader.refuse('more than one memory is not part of the profile', at);
  if (n === 0) return;
  const memory = limits(reader, MAX_MEMORY_PAGES, 'the memory');
  if (memory.maximum !== undefined && memory.maximum > MAX_MEMORY_PAGES)
    reader.refuse(`the memory has a maximum above ${MAX_MEMORY_PAGES} pages`, at);
  module.memory = memory;
}

function globals(reader: Reader, module: Module): void {
  let mutables = 0;
  for (let n = reader.count(MODULE_LIMITS.globals, 'globals'); n > 0; n--) {
    const at = reader.pos;
    const type = valueType(reader);
    const flag = reader.u8();
    if (flag > 1) reader.refuse('a global is neither constant nor mutable', at);
    if (flag === 1 && isReference(type))
      reader.refuse('a mutable global holds a reference, which the state root cannot cover', at);
    if (flag === 1 && ++mutables > MODULE_LIMITS.mutableGlobals)
      reader.refuse(`more than ${MODULE_LIMITS.mutableGlobals} mutable globals`, at);
    constantExpression(reader, module, type);
    module.globals.push({ type, mutable: flag === 1 });
  }
}

function exports(reader: Reader, module: Module): void {
  const spaces = [
    module.functions.length,
    module.tables.length,
    module.memory === undefined ? 0 : 1,
    module.globals.length,
  ];
  for (let n = reader.count(MODULE_LIMITS.exports, 'exports'); n > 0; n--) {
    const at = reader.pos;
    const name = reader.name();
    const kind = reader.u8();
    const index = reader.u32();
    const space = spaces[kind];
    if (space === undefined || index >= space)
      reader.refuse(`the export ${JSON.stringify(name)} exports nothing`, at);
    if (module.exports.has(name)) reader.refuse(`${JSON.stringify(name)} is exported twice`, at);
    module.exports.set(name, { kind, index });
  }
}

function start(reader: Reader, module: Module): void {
  const at = reader.pos;
  const index = reader.u32();
  const type = module.types[module.functions[index] ?? -1];
  if (type === undefined || type.params.length > 0 || type.results.length > 0)
    reader.refuse('the start function takes or gives values', at);
  module.start = index;
}

function code(reader: Reader, module: Module): void {
  const bodies = reader.count(MODULE_LIMITS.functions, 'bodies');
  if (bodies !== module.functions.length - module.imports.length)
    reader.refuse(`${bodies} bodies for ${module.functions.length - module.imports.length} functions`);
  for (let i = 0; i < bodies; i++) {
    reader.functionIndex = module.imports.length + i;
    const size = reader.u32();
    const at = reader.skip(size);
    if (size > MODULE_LIMITS.bodyBytes)
      reader.refuse(`the function has more than ${MODULE_LIMITS.bodyBytes} bytes`, at);
    const body = new Reader(module.bytes, at, at + size);
    body.functionIndex = reader.functionIndex;
    const locals: ValueType[] = [];
    for (let groups = body.count(MODULE_LIMITS.locals, 'groups of locals'); groups > 0; groups--) {
      const here = body.pos;
      const n = body.u32();
      if (locals.length + n > MODULE_LIMITS.locals)
        body.refuse(`the function has more than ${MODULE_LIMITS.locals} locals`, here);
      const type = valueType(body);
      for (let k = 0; k < n; k++) locals.push(type);
    }
    module.bodies.push({ start: at, end: at + size, locals, code: body.pos });
  }
  reader.functionIndex = undefined;
}
