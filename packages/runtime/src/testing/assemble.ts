import { F32, F64, type FunctionType, I32, I64, type ValueType } from '../wasm/types.ts';
import { Writer } from '../wasm/writer.ts';

export interface TestFunction extends FunctionType {
  readonly locals: readonly ValueType[];
  /** Instructions without the final `end`. */
  readonly code: Uint8Array;
}

export interface TestModule {
  /** The first is `_start`. */
  readonly functions: readonly TestFunction[];
  /** Mutable globals, zero at first. */
  readonly globals?: readonly ValueType[];
  readonly pages?: number;
  readonly maximumPages?: number;
  /** Bytes at address 0. */
  readonly data?: Uint8Array;
  /** Function indices in the one table. */
  readonly table?: readonly number[];
}

/** Binary module without imports; function, type and table indices are places in `functions`. */
export function assemble(module: TestModule): Uint8Array {
  const { functions, globals = [], pages = 1, maximumPages = pages, data, table = [] } = module;
  const out = new Writer().u8(0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00);
  const types = new Writer().u32(functions.length);
  for (const { params, results } of functions) {
    types.u8(0x60).sized(new Uint8Array(params)).sized(new Uint8Array(results));
  }
  out.section(1, types);
  const declared = new Writer().u32(functions.length);
  functions.forEach((_, i) => {
    declared.u32(i);
  });
  out.section(3, declared);
  if (table.length > 0) out.section(4, new Writer().u8(1, 0x70, 0).u32(table.length));
  out.section(5, new Writer().u8(1, 1).u32(pages).u32(maximumPages));
  const variables = new Writer().u32(globals.length);
  for (const type of globals) variables.u8(type, 1).raw(zero(type)).u8(0x0b);
  out.section(6, variables);
  out.section(7, new Writer().u32(2).name('memory').u8(2, 0).name('_start').u8(0, 0));
  if (table.length > 0) {
    const elements = new Writer().u8(1, 0, 0x41, 0, 0x0b).u32(table.length);
    for (const index of table) elements.u32(index);
    out.section(9, elements);
  }
  const code = new Writer().u32(functions.length);
  for (const { locals, code: body } of functions) {
    const whole = new Writer().u32(locals.length);
    for (const type of locals) whole.u8(1, type);
    code.sized(whole.raw(body).u8(0x0b).view());
  }
  out.section(10, code);
  if (data !== undefined) out.section(11, new Writer().u8(1, 0, 0x41, 0, 0x0b).sized(data));
  return out.view().slice();
}

function zero(type: ValueType): Uint8Array {
  if (type === I32) return new Uint8Array([0x41, 0]);
  if (type === I64) return new Uint8Array([0x42, 0]);
  if (type === F32) return new Uint8Array([0x43, 0, 0, 0, 0]);
  if (type === F64) return new Uint8Array([0x44, 0, 0, 0, 0, 0, 0, 0, 0]);
  return new Uint8Array([0xfd, 0x0c, ...new Uint8Array(16)]);
}
