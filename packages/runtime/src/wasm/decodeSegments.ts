import { MODULE_LIMITS } from '../profile.ts';
import type { Module } from './module.ts';
import type { Reader } from './reader.ts';
import { F32, F64, FUNCREF, I32, I64, isReference, TYPE_NAMES, V128, type ValueType } from './types.ts';

/**
 * Checks an initial value: one constant of `type`, then `end`. Returns the value of an i32, else 0.
 * Globals cannot be imported, so `global.get` has nothing it may read.
 */
export function constantExpression(reader: Reader, module: Module, type: ValueType): number {
  const at = reader.pos;
  const opcode = reader.u8();
  let found: ValueType;
  let value = 0;
  if (opcode === 0x41) {
    value = reader.s32();
    found = I32;
  } else if (opcode === 0x42) {
    reader.s64();
    found = I64;
  } else if (opcode === 0x43) {
    reader.skip(4);
    found = F32;
  } else if (opcode === 0x44) {
    reader.skip(8);
    found = F64;
  } else if (opcode === 0xd0) {
    found = reader.u8();
  } else if (opcode === 0xd2) {
    functionIndex(reader, module);
    found = FUNCREF;
  } else if (opcode === 0xfd) {
    if (reader.u32() !== 12) reader.refuse('an initial value is not a constant', at);
    reader.skip(16);
    found = V128;
  } else {
    reader.refuse('an initial value is not a plain constant', at);
  }
  if (found !== type)
    reader.refuse(`an initial value is ${TYPE_NAMES[found] ?? 'unknown'}, not ${TYPE_NAMES[type]}`, at);
  if (reader.u8() !== 0x0b) reader.refuse('an initial value is more than one constant', at);
  return value;
}

function functionIndex(reader: Reader, module: Module): void {
  const at = reader.pos;
  const index = reader.u32();
  if (index >= module.functions.length) reader.refuse(`function ${index} does not exist`, at);
}

/** Checks the element section; active segments lie inside their table, so that starting never fails. */
export function decodeElements(reader: Reader, module: Module): void {
  for (let n = reader.count(MODULE_LIMITS.segments, 'element segments'); n > 0; n--) {
    const at = reader.pos;
    const flags = reader.u32();
    if (flags > 7) reader.refuse(`an element segment with flags ${flags}`, at);
    const isActive = (flags & 1) === 0;
    const hasIndex = (flags & 2) !== 0;
    const isExpressions = (flags & 4) !== 0;
    const table = isActive ? module.tables[hasIndex ? reader.u32() : 0] : undefined;
    if (isActive && table === undefined)
      reader.refuse('an element segment fills a table that does not exist', at);
    const offset = isActive ? constantExpression(reader, module, I32) >>> 0 : 0;
    let type: ValueType = FUNCREF;
    if (isExpressions && flags !== 4) {
      type = reader.u8();
      if (!isReference(type)) reader.refuse('an element segment holds no references', at);
    } else if (flags !== 0 && flags !== 4 && reader.u8() !== 0) {
      reader.refuse('an element segment holds no functions', at);
    }
    const count = reader.count(MODULE_LIMITS.tableElements, 'elements');
    for (let i = 0; i < count; i++) {
      if (isExpressions) constantExpression(reader, module, type);
      else functionIndex(reader, module);
    }
    if (table !== undefined && (table.type !== type || offset + count > table.initial))
      reader.refuse('an element segment does not fit in its table', at);
    module.elements.push(type);
  }
}

/** Checks the data section; active segments lie inside the first memory, so that starting never fails. */
export function decodeData(reader: Reader, module: Module): void {
  const counted = module.dataSegments;
  const at = reader.pos;
  const n = reader.count(MODULE_LIMITS.segments, 'data segments');
  if (counted !== undefined && counted !== n)
    reader.refuse('the data count is not the number of segments', at);
  module.dataSegments = n;
  for (let i = 0; i < n; i++) {
    const here = reader.pos;
    const flags = reader.u32();
    if (flags > 2) reader.refuse(`a data segment with flags ${flags}`, here);
    if (flags === 2 && reader.u32() !== 0) reader.refuse('a data segment names a second memory', here);
    if (flags !== 1 && module.memory === undefined) reader.refuse('a data segment without a memory', here);
    const offset = flags === 1 ? 0 : constantExpression(reader, module, I32) >>> 0;
    const length = reader.u32();
    reader.skip(length);
    if (flags !== 1 && offset + length > module.memory!.initial * 65536)
      reader.refuse('a data segment lies outside the memory', here);
  }
}
