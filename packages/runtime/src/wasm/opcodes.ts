import { F32, F64, I32, I64, V128, type ValueType } from './types.ts';

/** What follows the opcode. */
export type Immediate =
  | 'none'
  | 'block'
  | 'label'
  | 'labels'
  | 'func'
  | 'indirect'
  | 'local'
  | 'global'
  | 'table'
  | 'tables'
  | 'elem'
  | 'elemTable'
  | 'data'
  | 'dataMemory'
  | 'memory'
  | 'memories'
  | 'memarg'
  | 'memargLane'
  | 'lane'
  | 'lanes'
  | 'v128'
  | 's32'
  | 's64'
  | 'bytes4'
  | 'bytes8'
  | 'heap'
  | 'select';

/**
 * How an instruction treats the bits of floats.
 * `view`: its float and vector operands are read as floats of this width, so that of a NaN only its being one
 * matters; 0: their bits are observed. `out`: what its result may carry.
 */
export interface FloatRule {
  readonly view: 0 | 32 | 64;
  readonly out: 'raw' | 'number' | 'number64' | 'nan32' | 'nan64' | 'same' | 'join';
}

export interface Opcode {
  readonly code: number;
  readonly name: string;
  readonly immediate: Immediate;
  /** Undefined where the types depend on context (control, variables, references). */
  readonly pops: readonly ValueType[] | undefined;
  readonly pushes: readonly ValueType[];
  readonly float: FloatRule;
  readonly fuel: number;
}

const LETTERS: Readonly<Record<string, ValueType>> = { i: I32, l: I64, f: F32, d: F64, v: V128 };
const RAW: FloatRule = { view: 0, out: 'raw' };

/** Every admitted opcode; two-byte ones under `prefix << 8 | number`. */
export const OPCODES = new Map<number, Opcode>();

function add(code: number, name: string, types: string, immediate: Immediate = 'none', fuel = 1): void {
  const [pops = '', pushes = ''] = types.split('>');
  const list = (letters: string) => [...letters].map(letter => LETTERS[letter]!);
  OPCODES.set(code, {
    code,
    name,
    immediate,
    pops: types === '' ? undefined : list(pops),
    pushes: list(pushes),
    float: floatRule(name),
    fuel,
  });
}

/** Adds `prefix.name` for each space-separated name, at consecutive codes; `-` leaves one out. */
function run(first: number, prefix: string, names: string, types: string, fuel = 1): void {
  names.split(' ').forEach((name, i) => {
    if (name !== '-') add(first + i, `${prefix}.${name}`, types, 'none', fuel);
  });
}

/** The float rule follows from the name; see docs/runtime-profile.md for the reasons. */
function floatRule(name: string): FloatRule {
  const [shape = '', op = ''] = name.split('.');
  if (name === 'f32.demote_f64' || name === 'f32x4.demote_f64x2_zero') return { view: 64, out: 'nan32' };
  if (name === 'f64.promote_f32' || name === 'f64x2.promote_low_f32x4') return { view: 32, out: 'nan64' };
  const source = /^trunc(?:_sat)?_(f32|f64)/.exec(op);
  if (source !== null) return { view: source[1] === 'f32' ? 32 : 64, out: 'raw' };
  const width = shape.startsWith('f32') ? 32 : shape.startsWith('f64') ? 64 : 0;
  if (width === 0) return RAW;
  if (op.startsWith('convert')) return { view: 0, out: width === 64 ? 'number64' : 'number' };
  if (/^(eq|ne|lt|gt|le|ge)$/.test(op)) return { view: width, out: 'raw' };
  // The sign of a NaN would show: neg and copysign observe; of what is canonical, abs makes nothing else.
  if (op === 'abs') return { view: 0, out: 'same' };
  if (op === 'splat' || op === 'extract_lane') return { view: width, out: 'same' };
  if (op === 'pmin' || op === 'pmax' || op === 'replace_lane') return { view: width, out: 'join' };
  if (/^(ceil|floor|trunc|nearest|sqrt|add|sub|mul|div|min|max)$/.test(op))
    return { view: width, out: width === 32 ? 'nan32' : 'nan64' };
  return RAW;
}

// Control and variables. Structure costs nothing; what jumps or calls costs what it does.
add(0x00, 'unreachable', '');
add(0x01, 'nop', '>', 'none', 0);
add(0x02, 'block', '', 'block', 0);
add(0x03, 'loop', '', 'block', 0);
add(0x04, 'if', '', 'block');
add(0x05, 'else', '', 'none', 0);
add(0x0b, 'end', '', 'none', 0);
add(0x0c, 'br', '', 'label');
add(0x0d, 'br_if', '', 'label');
add(0x0e, 'br_table', '', 'labels', 4);
add(0x0f, 'return', '');
add(0x10, 'call', '', 'func', 8);
add(0x11, 'call_indirect', '', 'indirect', 12);
add(0x1a, 'drop', '', 'none', 0);
add(0x1b, 'select', '');
add(0x1c, 'select', '', 'select');
add(0x20, 'local.get', '', 'local');
add(0x21, 'local.set', '', 'local');
add(0x22, 'local.tee', '', 'local');
add(0x23, 'global.get', '', 'global');
add(0x24, 'global.set', '', 'global');
add(0x25, 'table.get', '', 'table', 2);
add(0x26, 'table.set', '', 'table', 2);
add(0xd0, 'ref.null', '', 'heap');
add(0xd1, 'ref.is_null', '');
add(0xd2, 'ref.func', '', 'func', 2);

// Memory.
const memory = (first: number, names: string, types: string) =>
  names.split(' ').forEach((name, i) => {
    add(first + i, name, types, 'memarg');
  });
memory(0x28, 'i32.load', 'i>i');
memory(0x29, 'i64.load', 'i>l');
memory(0x2a, 'f32.load', 'i>f');
memory(0x2b, 'f64.load', 'i>d');
memory(0x2c, 'i32.load8_s i32.load8_u i32.load16_s i32.load16_u', 'i>i');
memory(0x30, 'i64.load8_s i64.load8_u i64.load16_s i64.load16_u i64.load32_s i64.load32_u', 'i>l');
memory(0x36, 'i32.store', 'ii>');
memory(0x37, 'i64.store', 'il>');
memory(0x38, 'f32.store', 'if>');
memory(0x39, 'f64.store', 'id>');
memory(0x3a, 'i32.store8 i32.store16', 'ii>');
memory(0x3c, 'i64.store8 i64.store16 i64.store32', 'il>');
add(0x3f, 'memory.size', '>i', 'memory');
add(0x40, 'memory.grow', 'i>i', 'memory', 64);

// Constants.
add(0x41, 'i32.const', '>i', 's32');
add(0x42, 'i64.const', '>l', 's64');
add(0x43, 'f32.const', '>f', 'bytes4');
add(0x44, 'f64.const', '>d', 'bytes8');

// Scalar arithmetic.
const COMPARE = 'eq ne lt_s lt_u gt_s gt_u le_s le_u ge_s ge_u';
run(0x45, 'i32', 'eqz', 'i>i');
run(0x46, 'i32', COMPARE, 'ii>i');
run(0x50, 'i64', 'eqz', 'l>i');
run(0x51, 'i64', COMPARE, 'll>i');
run(0x5b, 'f32', 'eq ne lt gt le ge', 'ff>i');
run(0x61, 'f64', 'eq ne lt gt le ge', 'dd>i');
run(0x67, 'i32', 'clz ctz popcnt', 'i>i');
run(0x6a, 'i32', 'add sub mul', 'ii>i');
run(0x6d, 'i32', 'div_s div_u rem_s rem_u', 'ii>i', 8);
run(0x71, 'i32', 'and or xor shl shr_s shr_u rotl rotr', 'ii>i');
run(0x79, 'i64', 'clz ctz popcnt', 'l>l');
run(0x7c, 'i64', 'add sub mul', 'll>l');
run(0x7f, 'i64', 'div_s div_u rem_s rem_u', 'll>l', 16);
run(0x83, 'i64', 'and or xor shl shr_s shr_u rotl rotr', 'll>l');
for (const [base, shape, unary, binary] of [
  [0x8b, 'f32', 'f>f', 'ff>f'],
  [0x99, 'f64', 'd>d', 'dd>d'],
] as const) {
  run(base, shape, 'abs neg ceil floor trunc nearest', unary);
  run(base + 6, shape, 'sqrt', unary, 8);
  run(base + 7, shape, 'add sub mul', binary);
  run(base + 10, shape, 'div', binary, 4);
  run(base + 11, shape, 'min max copysign', binary);
}
add(0xa7, 'i32.wrap_i64', 'l>i');
run(0xa8, 'i32', 'trunc_f32_s trunc_f32_u', 'f>i');
run(0xaa, 'i32', 'trunc_f64_s trunc_f64_u', 'd>i');
run(0xac, 'i64', 'extend_i32_s extend_i32_u', 'i>l');
run(0xae, 'i64', 'trunc_f32_s trunc_f32_u', 'f>l');
run(0xb0, 'i64', 'trunc_f64_s trunc_f64_u', 'd>l');
run(0xb2, 'f32', 'convert_i32_s convert_i32_u', 'i>f');
run(0xb4, 'f32', 'convert_i64_s convert_i64_u', 'l>f');
add(0xb6, 'f32.demote_f64', 'd>f');
run(0xb7, 'f64', 'convert_i32_s convert_i32_u', 'i>d');
run(0xb9, 'f64', 'convert_i64_s convert_i64_u', 'l>d');
add(0xbb, 'f64.promote_f32', 'f>d');
add(0xbc, 'i32.reinterpret_f32', 'f>i');
add(0xbd, 'i64.reinterpret_f64', 'd>l');
add(0xbe, 'f32.reinterpret_i32', 'i>f');
add(0xbf, 'f64.reinterpret_i64', 'l>d');
run(0xc0, 'i32', 'extend8_s extend16_s', 'i>i');
run(0xc2, 'i64', 'extend8_s extend16_s extend32_s', 'l>l');

// Saturating conversion, bulk memory, tables.
run(0xfc00, 'i32', 'trunc_sat_f32_s trunc_sat_f32_u', 'f>i');
run(0xfc02, 'i32', 'trunc_sat_f64_s trunc_sat_f64_u', 'd>i');
run(0xfc04, 'i64', 'trunc_sat_f32_s trunc_sat_f32_u', 'f>l');
run(0xfc06, 'i64', 'trunc_sat_f64_s trunc_sat_f64_u', 'd>l');
add(0xfc08, 'memory.init', 'iii>', 'dataMemory', 16);
add(0xfc09, 'data.drop', '>', 'data', 16);
add(0xfc0a, 'memory.copy', 'iii>', 'memories', 16);
add(0xfc0b, 'memory.fill', 'iii>', 'memory', 16);
add(0xfc0c, 'table.init', 'iii>', 'elemTable', 16);
add(0xfc0d, 'elem.drop', '>', 'elem', 16);
add(0xfc0e, 'table.copy', 'iii>', 'tables', 16);
add(0xfc10, 'table.size', '>i', 'table');
add(0xfc11, 'table.fill', '', 'table', 16);

// Fixed-width SIMD.
const simd = (sub: number) => 0xfd00 + sub;
const lanes = (sub: number, name: string, types: string) => add(simd(sub), name, types, 'lane');
const vector = (sub: number, prefix: string, names: string, types: string, fuel = 1) =>
  run(simd(sub), prefix, names, types, fuel);
memory(
  simd(0),
  'v128.load v128.load8x8_s v128.load8x8_u v128.load16x4_s v128.load16x4_u v128.load32x2_s v128.load32x2_u ' +
    'v128.load8_splat v128.load16_splat v128.load32_splat v128.load64_splat',
  'i>v',
);
memory(simd(11), 'v128.store', 'iv>');
add(simd(12), 'v128.const', '>v', 'v128');
add(simd(13), 'i8x16.shuffle', 'vv>v', 'lanes');
vector(14, 'i8x16', 'swizzle', 'vv>v');
for (const [sub, shape, type] of [
  [15, 'i8x16', 'i'],
  [16, 'i16x8', 'i'],
  [17, 'i32x4', 'i'],
  [18, 'i64x2', 'l'],
  [19, 'f32x4', 'f'],
  [20, 'f64x2', 'd'],
] as const)
  vector(sub, shape, 'splat', `${type}>v`);
lanes(21, 'i8x16.extract_lane_s', 'v>i');
lanes(22, 'i8x16.extract_lane_u', 'v>i');
lanes(23, 'i8x16.replace_lane', 'vi>v');
lanes(24, 'i16x8.extract_lane_s', 'v>i');
lanes(25, 'i16x8.extract_lane_u', 'v>i');
lanes(26, 'i16x8.replace_lane', 'vi>v');
lanes(27, 'i32x4.extract_lane', 'v>i');
lanes(28, 'i32x4.replace_lane', 'vi>v');
lanes(29, 'i64x2.extract_lane', 'v>l');
lanes(30, 'i64x2.replace_lane', 'vl>v');
lanes(31, 'f32x4.extract_lane', 'v>f');
lanes(32, 'f32x4.replace_lane', 'vf>v');
lanes(33, 'f64x2.extract_lane', 'v>d');
lanes(34, 'f64x2.replace_lane', 'vd>v');
vector(35, 'i8x16', COMPARE, 'vv>v');
vector(45, 'i16x8', COMPARE, 'vv>v');
vector(55, 'i32x4', COMPARE, 'vv>v');
vector(65, 'f32x4', 'eq ne lt gt le ge', 'vv>v');
vector(71, 'f64x2', 'eq ne lt gt le ge', 'vv>v');
vector(77, 'v128', 'not', 'v>v');
vector(78, 'v128', 'and andnot or xor', 'vv>v');
vector(82, 'v128', 'bitselect', 'vvv>v');
vector(83, 'v128', 'any_true', 'v>i');
for (const [i, width] of [8, 16, 32, 64].entries()) {
  add(simd(84 + i), `v128.load${width}_lane`, 'iv>v', 'memargLane');
  add(simd(88 + i), `v128.store${width}_lane`, 'iv>', 'memargLane');
}
memory(simd(92), 'v128.load32_zero v128.load64_zero', 'i>v');
vector(94, 'f32x4', 'demote_f64x2_zero', 'v>v');
vector(95, 'f64x2', 'promote_low_f32x4', 'v>v');
vector(103, 'f32x4', 'ceil floor trunc nearest', 'v>v');
vector(116, 'f64x2', 'ceil floor', 'v>v');
vector(122, 'f64x2', 'trunc', 'v>v');
vector(148, 'f64x2', 'nearest', 'v>v');
vector(124, 'i16x8', 'extadd_pairwise_i8x16_s extadd_pairwise_i8x16_u', 'v>v');
vector(126, 'i32x4', 'extadd_pairwise_i16x8_s extadd_pairwise_i16x8_u', 'v>v');
for (const [base, shape, narrower, wider] of [
  [96, 'i8x16', '', 'i16x8'],
  [128, 'i16x8', 'i8x16', 'i32x4'],
  [160, 'i32x4', 'i16x8', ''],
  [192, 'i64x2', 'i32x4', ''],
] as const) {
  vector(base, shape, 'abs neg', 'v>v');
  vector(base + 3, shape, 'all_true bitmask', 'v>i');
  if (wider !== '') vector(base + 5, shape, `narrow_${wider}_s narrow_${wider}_u`, 'vv>v');
  if (narrower !== '') {
    const extend = ['low_S_s', 'high_S_s', 'low_S_u', 'high_S_u'].map(n => n.replace('S', narrower));
    vector(base + 7, shape, extend.map(n => `extend_${n}`).join(' '), 'v>v');
    vector(base + 28, shape, extend.map(n => `extmul_${n}`).join(' '), 'vv>v');
  }
  vector(base + 11, shape, 'shl shr_s shr_u', 'vi>v');
  vector(base + 14, shape, 'add', 'vv>v');
  vector(base + 17, shape, 'sub', 'vv>v');
}
vector(98, 'i8x16', 'popcnt', 'v>v');
for (const [base, shape] of [
  [96, 'i8x16'],
  [128, 'i16x8'],
] as const) {
  vector(base + 15, shape, 'add_sat_s add_sat_u', 'vv>v');
  vector(base + 18, shape, 'sub_sat_s sub_sat_u', 'vv>v');
  vector(base + 27, shape, 'avgr_u', 'vv>v');
}
vector(118, 'i8x16', 'min_s min_u max_s max_u', 'vv>v');
vector(130, 'i16x8', 'q15mulr_sat_s', 'vv>v');
vector(149, 'i16x8', 'mul min_s min_u max_s max_u', 'vv>v');
vector(181, 'i32x4', 'mul min_s min_u max_s max_u dot_i16x8_s', 'vv>v');
vector(213, 'i64x2', 'mul eq ne lt_s gt_s le_s ge_s', 'vv>v');
for (const [base, shape] of [
  [224, 'f32x4'],
  [236, 'f64x2'],
] as const) {
  vector(base, shape, 'abs neg', 'v>v');
  vector(base + 3, shape, 'sqrt', 'v>v', 8);
  vector(base + 4, shape, 'add sub mul', 'vv>v');
  vector(base + 7, shape, 'div', 'vv>v', 4);
  vector(base + 8, shape, 'min max pmin pmax', 'vv>v');
}
vector(248, 'i32x4', 'trunc_sat_f32x4_s trunc_sat_f32x4_u', 'v>v');
vector(250, 'f32x4', 'convert_i32x4_s convert_i32x4_u', 'v>v');
vector(252, 'i32x4', 'trunc_sat_f64x2_s_zero trunc_sat_f64x2_u_zero', 'v>v');
vector(254, 'f64x2', 'convert_low_i32x4_s convert_low_i32x4_u', 'v>v');

/** Why an opcode outside the list is refused, named as far as it is known; `sub` follows a prefix byte. */
export function whyRefused(byte: number, sub = 0): string {
  const hex = `0x${byte.toString(16)}`;
  if (byte === 0xfe) return `atomic instruction ${hex} ${sub}: threads are not part of the profile`;
  if (byte === 0xfb) return `GC instruction ${hex} ${sub}: garbage collection is not part of the profile`;
  if (byte === 0xfc && sub === 15) return 'table.grow: whether a table can grow would be up to the host';
  if (byte === 0xfd && sub >= 256)
    return `relaxed SIMD instruction ${hex} ${sub}: its results differ between machines`;
  if (byte === 0xfc || byte === 0xfd) return `instruction ${hex} ${sub} is not part of the profile`;
  if (byte === 0x12 || byte === 0x13) return `tail call ${hex} is not part of the profile`;
  if ((byte >= 0x06 && byte <= 0x0a) || byte === 0x18 || byte === 0x19 || byte === 0x1f)
    return `exception instruction ${hex} is not part of the profile`;
  return `instruction ${hex} is not part of the profile`;
}
