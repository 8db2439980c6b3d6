import { MODULE_LIMITS } from '../profile.ts';
import type { Body, Module } from './module.ts';
import { OPCODES, whyRefused } from './opcodes.ts';
import { Reader } from './reader.ts';
import { type FunctionType, isReference, isValueType, type ValueType } from './types.ts';

/** The instructions of one function, in columns; `starts` has one entry more than there are instructions. */
export interface Instructions {
  readonly codes: number[];
  /** Offset of each instruction in the module. */
  readonly starts: number[];
  /** First immediate: an index, a label depth, or where constants and lanes begin in the module. */
  readonly first: number[];
  /** Types of blocks. */
  readonly blocks: Map<number, FunctionType>;
  /** Labels of `br_table`, the default last. */
  readonly tables: Map<number, number[]>;
  /** Type of `select` with a type. */
  readonly selects: Map<number, ValueType>;
}

/**
 * The instructions of a body, each on the allow list, every index in range, blocks closed.
 * @throws Refusal
 */
export function decodeBody(module: Module, body: Body, functionIndex: number): Instructions {
  const reader = new Reader(module.bytes, body.code, body.end);
  reader.functionIndex = functionIndex;
  const out: Instructions = {
    codes: [],
    starts: [],
    first: [],
    blocks: new Map(),
    tables: new Map(),
    selects: new Map(),
  };
  const locals = module.types[module.functions[functionIndex]!]!.params.length + body.locals.length;
  const context = { module, locals, depth: 1, out };
  /** Whether each open block is an `if` that may still have its `else`. */
  const open: boolean[] = [false];
  while (open.length > 0) {
    const at = reader.pos;
    let code = reader.u8();
    if (code === 0xfc || code === 0xfd) {
      const sub = reader.u32();
      if (sub > 255 || !OPCODES.has((code << 8) + sub)) reader.refuse(whyRefused(code, sub), at);
      code = (code << 8) + sub;
    }
    const opcode = OPCODES.get(code);
    if (opcode === undefined) return reader.refuse(whyRefused(code), at);
    const i = out.codes.length;
    out.codes.push(code);
    out.starts.push(at);
    context.depth = open.length;
    out.first.push(immediate(reader, opcode.immediate, context, i));
    if (opcode.immediate === 'block') {
      if (open.length >= MODULE_LIMITS.nesting)
        reader.refuse(`blocks nest deeper than ${MODULE_LIMITS.nesting}`, at);
      open.push(code === 0x04);
    } else if (code === 0x05) {
      if (open.pop() !== true) reader.refuse('an else without its if', at);
      open.push(false);
    } else if (code === 0x0b) open.pop();
  }
  if (reader.pos !== reader.end) reader.refuse('the function goes on after its end');
  out.starts.push(reader.pos);
  return out;
}

interface Context {
  readonly module: Module;
  readonly locals: number;
  depth: number;
  readonly out: Instructions;
}

function index(reader: Reader, count: number, what: string): number {
  const at = reader.pos;
  const value = reader.u32();
  return value < count ? value : reader.refuse(`${what} ${value} does not exist`, at);
}

function immediate(reader: Reader, kind: string, context: Context, i: number): number {
  const { module, out } = context;
  switch (kind) {
    case 'none':
      return 0;
    case 'block':
      out.blocks.set(i, blockType(reader, module));
      return 0;
    case 'label':
      return index(reader, context.depth, 'label');
    case 'labels': {
      const n = reader.count(MODULE_LIMITS.branchTargets, 'branch targets');
      out.tables.set(
        i,
        Array.from({ length: n + 1 }, () => index(reader, context.depth, 'label')),
      );
      return 0;
    }
    case 'func':
      return index(reader, module.functions.length, 'function');
    case 'indirect': {
      const type = index(reader, module.types.length, 'type');
      index(reader, module.tables.length, 'table');
      return type;
    }
    case 'local':
      return index(reader, context.locals, 'local');
    case 'global':
      return index(reader, module.globals.length, 'global');
    case 'table':
      return index(reader, module.tables.length, 'table');
    case 'tables':
      index(reader, module.tables.length, 'table');
      return index(reader, module.tables.length, 'table');
    case 'elem':
      return index(reader, module.elements.length, 'element segment');
    case 'elemTable': {
      const segment = index(reader, module.elements.length, 'element segment');
      index(reader, module.tables.length, 'table');
      return segment;
    }
    case 'data':
      return index(reader, module.dataSegments ?? 0, 'data segment');
    case 'dataMemory': {
      const segment = index(reader, module.dataSegments ?? 0, 'data segment');
      zero(reader, module);
      return segment;
    }
    case 'memory':
      zero(reader, module);
      return 0;
    case 'memories':
      zero(reader, module);
      zero(reader, module);
      return 0;
    case 'memarg':
      return memarg(reader, module);
    case 'memargLane':
      memarg(reader, module);
      return index8(reader, 16);
    case 'lane':
      return index8(reader, 16);
    case 'lanes': {
      const at = reader.pos;
      for (let k = 0; k < 16; k++) index8(reader, 32);
      return at;
    }
    case 'v128':
      return reader.skip(16);
    case 'bytes4':
      return reader.skip(4);
    case 'bytes8':
      return reader.skip(8);
    case 's32':
      return reader.s32();
    case 's64':
      reader.s64();
      return 0;
    case 'heap': {
      const at = reader.pos;
      const type = reader.u8();
      return isReference(type) ? type : reader.refuse('a null of a type that does not exist', at);
    }
    default: {
      const at = reader.pos;
      if (reader.u32() !== 1) reader.refuse('select gives one value', at);
      const type = reader.u8();
      if (!isValueType(type)) reader.refuse('select of a type that does not exist', at);
      out.selects.set(i, type);
      return type;
    }
  }
}

function index8(reader: Reader, count: number): number {
  const lane = reader.u8();
  return lane < count ? lane : reader.refuse(`lane ${lane} does not exist`, reader.pos - 1);
}

function zero(reader: Reader, module: Module): void {
  const at = reader.pos;
  if (reader.u8() !== 0) reader.refuse('more than one memory is not part of the profile', at);
  if (module.memory === undefined) reader.refuse('there is no memory', at);
}

function memarg(reader: Reader, module: Module): number {
  const at = reader.pos;
  const align = reader.u32();
  if (align > 4) reader.refuse('an alignment above 16, or a second memory', at);
  reader.u32();
  if (module.memory === undefined) reader.refuse('there is no memory', at);
  return align;
}

function blockType(reader: Reader, module: Module): FunctionType {
  const at = reader.pos;
  const type = reader.s33();
  if (type >= 0) return module.types[type] ?? reader.refuse(`type ${type} does not exist`, at);
  if (reader.pos !== at + 1) reader.refuse('a block type that does not exist', at);
  const byte = type + 0x80;
  if (byte === 0x40) return { params: [], results: [] };
  return isValueType(byte)
    ? { params: [], results: [byte] }
    : reader.refuse('a block type that does not exist', at);
}
