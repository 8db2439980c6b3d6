import test from 'node:test';
import { assemble } from '../testing/assemble.ts';
import { assertLikeTwin } from '../testing/compare.ts';
import { OPCODES, type Opcode } from '../wasm/opcodes.ts';
import { F32, F64, I32, isFloating, V128, type ValueType } from '../wasm/types.ts';
import { Writer } from '../wasm/writer.ts';

/** Where an operand comes from: memory, or f32 or f64 arithmetic on what is there. */
type Source = 'raw' | 'from32' | 'from64';

const LOADS: Readonly<Record<number, readonly number[]>> = {
  127: [0x28, 0, 0],
  126: [0x29, 0, 0],
  125: [0x2a, 0, 0],
  124: [0x2b, 0, 0],
  123: [0xfd, 0, 0, 0],
};
const STORES: Readonly<Record<number, readonly number[]>> = {
  127: [0x36, 0, 0],
  126: [0x37, 0, 0],
  125: [0x38, 0, 0],
  124: [0x39, 0, 0],
  123: [0xfd, 11, 0, 0],
};
const F32_NANS = [
  0x7fc00000, 0xffc00000, 0x7f800001, 0xff800001, 0x7fffffff, 0xffffffff, 0x7fa12345, 0xffd55555,
];
const F32_OTHERS = [0, 0x80000000, 0x3f800000, 0xbf800000, 0x7f800000, 0xff800000, 0x00000001, 0x7f7fffff];

/** NaNs of both widths, every sign and several payloads, beside infinities, zeros and subnormals. */
function table(): Uint8Array {
  const bytes = new Uint8Array(2048);
  const view = new DataView(bytes.buffer);
  const all = [...F32_NANS, ...F32_OTHERS];
  for (let i = 0; i < 256; i++) view.setUint32(i * 4, all[(i * 7 + (i >> 4)) % all.length]!, true);
  for (let i = 128; i < 256; i++) {
    const bits = BigInt(all[(i * 5) % all.length]!);
    const wide = ((bits & 0x80000000n) << 32n) | ((bits & 0x7f800000n) << 29n) | ((bits & 0x7fffffn) << 29n);
    view.setBigUint64(i * 8, (bits & 0x7f800000n) === 0x7f800000n ? wide | 0x7ff0000000000000n : wide, true);
  }
  return bytes;
}

const SOURCES: readonly Source[] = ['raw', 'from32', 'from64'];

/** Applies the opcode to operands from everywhere in the table, of every origin; results land behind it. */
function everywhere(opcode: Opcode, lane: readonly number[]): Uint8Array {
  const code = new Writer();
  let result = 2048;
  for (const first of SOURCES)
    for (const second of SOURCES) {
      loop(code, opcode, [first, second], lane, result);
      result += 2048;
    }
  const main = { params: [], results: [], locals: [I32], code: code.view() };
  return assemble({ functions: [main], data: table() });
}

/** Local 0 counts i from 0 to 119; the result goes to `to` + 16 i. */
function loop(code: Writer, opcode: Opcode, sources: Source[], lane: readonly number[], to: number): void {
  code.u8(0x41, 0, 0x21, 0, 0x03, 0x40, 0x20, 0, 0x41, 4, 0x74, 0x41).s64(BigInt(to)).u8(0x6a);
  opcode.pops!.forEach((type, k) => {
    // Operand k comes from 16 ((i (k + 3) + 5 k) mod 125).
    code.u8(0x20, 0, 0x41, k + 3, 0x6c, 0x41, 5 * k, 0x6a, 0x41, 0xfd, 0x00, 0x70, 0x41, 4, 0x74);
    code.u8(...LOADS[type]!);
    dirty(code, type, sources[k % sources.length]!);
  });
  if (opcode.code > 0xff) code.u8(opcode.code >> 8).u32(opcode.code & 0xff);
  else code.u8(opcode.code);
  code.u8(...lane, ...STORES[opcode.pushes[0]!]!);
  code.u8(0x20, 0, 0x41, 1, 0x6a, 0x22, 0, 0x41, 0xf8, 0x00, 0x49, 0x0d, 0, 0x0b);
}

function dirty(code: Writer, type: ValueType, source: Source): void {
  if (source === 'raw') return;
  if (type === F32) code.u8(0x43, 0, 0, 0, 0, 0x92);
  if (type === F64) code.u8(0x44, 0, 0, 0, 0, 0, 0, 0, 0, 0xa0);
  if (type === V128) code.u8(0xfd, 12, ...new Uint8Array(16), 0xfd, source === 'from32' ? 228 : 240, 1);
}

const SHUFFLES = [
  [4, 5, 6, 7, 16, 17, 18, 19, 12, 13, 14, 15, 0, 1, 2, 3],
  [8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23],
  [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16],
  [4, 6, 5, 7, 16, 17, 18, 19, 12, 13, 14, 15, 0, 1, 2, 3],
];

for (const opcode of OPCODES.values()) {
  const { pops, pushes, immediate, name } = opcode;
  if (pops === undefined || pops.length === 0 || pushes.length !== 1) continue;
  if (!['none', 'lane', 'lanes'].includes(immediate) || /div_|rem_|\.trunc_f/.test(name)) continue;
  if (![...pops, ...pushes].some(isFloating)) continue;
  const lanes = immediate === 'lanes' ? SHUFFLES : immediate === 'lane' ? [[0], [1]] : [[]];
  test(`${name} of NaNs of every kind and origin gives the bytes of the slow twin`, () => {
    for (const lane of lanes) assertLikeTwin(everywhere(opcode, lane), `${name} ${lane}`);
  });
}
