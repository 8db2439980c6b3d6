import { MODULE_LIMITS } from '../profile.ts';
import { Refusal } from '../refuse.ts';
import type { Module } from '../wasm/module.ts';
import { F32, F64, I32, I64, V128, type ValueType } from '../wasm/types.ts';
import { Writer } from '../wasm/writer.ts';
import { FUEL_PER_PAGE } from './costs.ts';
import { globalGet, globalSet } from './emit.ts';
import { EXPORTS, type Layout } from './layout.ts';
import { rewriteFunction } from './rewriteFunction.ts';

/** The module an engine is given: the program's functions rewritten, globals and helpers added behind them. */
export function rewriteModule(module: Module, layout: Layout, maximumPages: number): Uint8Array<ArrayBuffer> {
  const types = new Types(module);
  const bodies = module.bodies.map((body, i) => {
    const index = module.imports.length + i;
    const rewritten = rewriteFunction(module, layout, body, index, results => types.block(results));
    if (rewritten.length > MODULE_LIMITS.rewrittenBodyBytes)
      throw new Refusal('the function is too large once metered', body.start, index);
    return rewritten;
  });
  const helpers = helpersOf(module, layout, maximumPages);
  const out = new Writer().u8(0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00);
  const copy = (id: number) => {
    const span = module.sections.get(id);
    if (span === undefined) return;
    out.u8(id).sized(module.bytes.subarray(span.start, span.end));
  };
  const helperTypes = helpers.map(helper => types.index(helper.params, helper.results));
  const functions = [...module.functions.slice(module.imports.length), ...helperTypes];
  out.section(1, types.section());
  copy(2);
  out.section(
    3,
    vector(functions, (body, type) => body.u32(type)),
  );
  copy(4);
  out.section(5, new Writer().u32(1).u8(0x01).u32(module.memory!.initial).u32(maximumPages));
  out.section(6, globalSection(module));
  out.section(7, exportSection(module, layout));
  copy(9);
  copy(12);
  out.section(
    10,
    vector([...bodies, ...helpers.map(helper => helper.body)], (body, code) => body.sized(code)),
  );
  copy(11);
  return out.view().slice();
}

function vector<T>(items: readonly T[], write: (body: Writer, item: T) => void): Writer {
  const body = new Writer().u32(items.length);
  for (const item of items) write(body, item);
  return body;
}

/** The type section, with what the rewriter needs behind what is there. */
class Types {
  private readonly all: { params: readonly ValueType[]; results: readonly ValueType[] }[];
  private readonly places = new Map<string, number>();

  constructor(module: Module) {
    this.all = [...module.types];
    this.all.forEach((type, i) => {
      this.places.set(key(type.params, type.results), i);
    });
  }

  index(params: readonly ValueType[], results: readonly ValueType[]): number {
    const found = this.places.get(key(params, results));
    if (found !== undefined) return found;
    this.places.set(key(params, results), this.all.length);
    return this.all.push({ params, results }) - 1;
  }

  /** Block type without parameters. */
  block(results: readonly ValueType[]): Uint8Array {
    if (results.length === 0) return new Uint8Array([0x40]);
    if (results.length === 1) return new Uint8Array([results[0]!]);
    return new Writer().s64(BigInt(this.index([], results))).view();
  }

  section(): Writer {
    return vector(this.all, (body, type) => {
      const list = (types: readonly ValueType[]) => body.sized(new Uint8Array(types));
      body.u8(0x60);
      list(type.params);
      list(type.results);
    });
  }
}

function key(params: readonly ValueType[], results: readonly ValueType[]): string {
  return `${params.join()}>${results.join()}`;
}

function globalSection(module: Module): Writer {
  const span = module.sections.get(6);
  const body = new Writer().u32(module.globals.length + 3);
  if (span !== undefined) {
    let at = span.start;
    while (module.bytes[at]! >= 0x80) at++;
    body.raw(module.bytes.subarray(at + 1, span.end));
  }
  body.u8(I64, 1, 0x42, 0, 0x0b); // fuel
  body.u8(I32, 1, 0x41, 0, 0x0b); // depth
  body.u8(I32, 1, 0x41, 0, 0x0b); // hostFailed
  return body;
}

/** What the host uses, under its own names. */
function exportSection(module: Module, layout: Layout): Writer {
  const rows: [string, number, number][] = [
    [EXPORTS.memory, 2, 0],
    [EXPORTS.main, 0, module.exports.get('_start')!.index],
    [EXPORTS.fuel, 3, layout.fuel],
    [EXPORTS.depth, 3, layout.depth],
    [EXPORTS.hostFailed, 3, layout.hostFailed],
  ];
  const step = module.exports.get('step');
  if (step !== undefined) rows.push([EXPORTS.step, 0, step.index]);
  if (module.start !== undefined) rows.push([EXPORTS.start, 0, module.start]);
  const mutables = module.globals.filter(global => global.mutable).length;
  for (let i = 0; i < mutables; i++)
    rows.push(
      [`${EXPORTS.reader}${i}`, 0, layout.readers + i],
      [`${EXPORTS.writer}${i}`, 0, layout.writers + i],
    );
  // An export is also what allows `ref.func` to name a function.
  let declared = 0;
  for (const { kind, index } of module.exports.values())
    if (kind === 0) rows.push([`${EXPORTS.declared}${declared++}`, 0, index]);
  return vector(rows, (body, [name, kind, index]) => body.name(name).u8(kind).u32(index));
}

interface Helper {
  readonly params: readonly ValueType[];
  readonly results: readonly ValueType[];
  readonly body: Uint8Array;
}

function helpersOf(module: Module, layout: Layout, maximumPages: number): Helper[] {
  const readers = module.globals.flatMap((global, i) => (global.mutable ? [reader(global.type, i)] : []));
  const writers = module.globals.flatMap((global, i) => (global.mutable ? [writer(global.type, i)] : []));
  return [grow(layout, maximumPages), ...readers, ...writers];
}

/** A function that gives the bits of a global: () -> i64, of a vector () -> (i64, i64). */
function reader(type: ValueType, index: number): Helper {
  const body = new Writer().u8(0x00);
  globalGet(body, index);
  if (type === I32) body.u8(0xad);
  if (type === F32) body.u8(0xbc, 0xad);
  if (type === F64) body.u8(0xbd);
  if (type === V128) {
    body.u8(0xfd, 0x1d, 0x00);
    globalGet(body, index);
    body.u8(0xfd, 0x1d, 0x01);
  }
  return { params: [], results: type === V128 ? [I64, I64] : [I64], body: body.u8(0x0b).view() };
}

/** A function that sets a global to these bits: (i64) -> (), of a vector (i64, i64) -> (). */
function writer(type: ValueType, index: number): Helper {
  const body = new Writer().u8(0x00, 0x20, 0x00);
  if (type === I32 || type === F32) body.u8(0xa7);
  if (type === F32) body.u8(0xbe);
  if (type === F64) body.u8(0xbf);
  // i64x2.splat, then the upper lane.
  if (type === V128) body.u8(0xfd, 0x12, 0x20, 0x01, 0xfd, 0x1e, 0x01);
  globalSet(body, index);
  return { params: type === V128 ? [I64, I64] : [I64], results: [], body: body.u8(0x0b).view() };
}

/**
 * memory.grow: -1 beyond the maximum, as the specification has it; charged by page before it is tried. A host
 * that has no memory left stops the program: that is not a fact of the execution.
 */
function grow(layout: Layout, maximumPages: number): Helper {
  const body = new Writer().u8(0x00);
  // if (size + delta > maximum) return -1
  body.u8(0x3f, 0x00, 0xad, 0x20, 0x00, 0xad, 0x7c, 0x42).s64(BigInt(maximumPages));
  body.u8(0x56, 0x04, 0x40, 0x41, 0x7f, 0x0f, 0x0b);
  // fuel -= delta * FUEL_PER_PAGE; if (fuel < 0) unreachable
  globalGet(body, layout.fuel);
  body.u8(0x20, 0x00, 0xad, 0x42).s64(FUEL_PER_PAGE).u8(0x7e, 0x7d);
  globalSet(body, layout.fuel);
  globalGet(body, layout.fuel);
  body.u8(0x42, 0x00, 0x53, 0x04, 0x40, 0x00, 0x0b);
  // delta = memory.grow(delta); if (delta == -1) { hostFailed = 1; unreachable } delta
  body.u8(0x20, 0x00, 0x40, 0x00, 0x22, 0x00, 0x41, 0x7f, 0x46, 0x04, 0x40, 0x41, 1);
  globalSet(body, layout.hostFailed);
  body.u8(0x00, 0x0b, 0x20, 0x00, 0x0b);
  return { params: [I32], results: [I32], body: body.view() };
}
