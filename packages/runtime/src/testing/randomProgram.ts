import { OPCODES, type Opcode } from '../wasm/opcodes.ts';
import { F32, F64, I32, I64, isFloating, V128, type ValueType } from '../wasm/types.ts';
import { Writer } from '../wasm/writer.ts';
import { assemble, type TestFunction } from './assemble.ts';
import { Random } from './random.ts';

const TYPES = [I32, I64, F32, F64, V128] as const;

/** Opcodes that give one value and never trap, by the type they give. */
const BY_RESULT = new Map<ValueType, Opcode[]>(TYPES.map(type => [type, []]));
for (const opcode of OPCODES.values()) {
  const { pops, pushes, immediate, name } = opcode;
  if (pops === undefined || pops.length === 0 || pushes.length !== 1) continue;
  if (/div_|rem_|\.trunc_f|load|grow/.test(name)) continue;
  if (immediate === 'none' || immediate === 'lane' || immediate === 'lanes')
    BY_RESULT.get(pushes[0]!)!.push(opcode);
}
const FLOAT_ONLY = new Map(
  [...BY_RESULT].map(([type, list]) => [
    type,
    list.filter(one => one.float.out !== 'raw' || one.float.view !== 0),
  ]),
);
/** Types of variables: mostly those whose bits are at stake. */
const VARIABLE_TYPES = [F32, F64, V128, V128, V128, I32] as const;
const HIDDEN: ValueType = -1;
const LANES: Readonly<Record<string, number>> = {
  i8x16: 16,
  i16x8: 8,
  i32x4: 4,
  i64x2: 2,
  f32x4: 4,
  f64x2: 2,
};
const STORE: Readonly<Record<number, readonly number[]>> = {
  [I32]: [0x36, 2],
  [I64]: [0x37, 3],
  [F32]: [0x38, 2],
  [F64]: [0x39, 3],
  [V128]: [0xfd, 0x0b, 4],
};
const LOAD: Readonly<Record<number, readonly number[]>> = {
  [I32]: [0x28, 2],
  [I64]: [0x29, 3],
  [F32]: [0x2a, 2],
  [F64]: [0x2b, 3],
  [V128]: [0xfd, 0x00, 4],
};

/** NaNs of every kind, infinities, zeros: what arithmetic makes NaNs of. */
const F32_BITS = [
  0, 0x80000000, 0x3f800000, 0x7f800000, 0xff800000, 0x7fc00000, 0xffc00000, 0x7f800001, 0xffbfffff,
  0x7fffffff,
];

/**
 * A valid program that ends, made of everything that touches floats: all operations, variables set on
 * different paths, loops, blocks with results, early branches, calls, globals. What it computes lands in memory.
 */
export function randomProgram(seed: number): Uint8Array {
  const random = new Random(seed);
  const helpers = Array.from({ length: 2 }, (): { params: ValueType[]; results: ValueType[] } => ({
    params: Array.from({ length: random.below(4) }, () => random.pick(TYPES)),
    results: Array.from({ length: random.below(3) }, () => random.pick(TYPES)),
  }));
  const globals = [F32, F64, V128, I32];
  const functions = [{ params: [], results: [] }, ...helpers].map((type, index): TestFunction => {
    const locals = Array.from({ length: 3 + random.below(3) }, () => random.pick(VARIABLE_TYPES));
    return new Generator(
      random,
      type.params,
      type.results,
      locals,
      globals,
      index === 0 ? helpers : [],
    ).function();
  });
  const data = new Uint8Array(4096);
  const view = new DataView(data.buffer);
  for (let at = 0; at < data.length; at += 4) {
    view.setUint32(at, random.chance(60) ? random.pick(F32_BITS) : random.below(2 ** 32), true);
    if (random.chance(15))
      view.setUint32(at, random.pick([0x7ff80000, 0xfff80000, 0x7ff00000, 0x7ff00001]), true);
  }
  return assemble({ functions, globals, data, table: [1, 2] });
}

class Generator {
  private readonly random: Random;
  private readonly params: readonly ValueType[];
  private readonly results: readonly ValueType[];
  private readonly locals: ValueType[];
  private readonly globals: readonly ValueType[];
  private readonly helpers: readonly { params: readonly ValueType[]; results: readonly ValueType[] }[];
  private readonly code = new Writer();
  /** Result types of the blocks around, innermost last; undefined for loops, which are not branched to. */
  private readonly blocks: (readonly ValueType[] | undefined)[];
  private budget = 60;

  constructor(
    random: Random,
    params: readonly ValueType[],
    results: readonly ValueType[],
    locals: ValueType[],
    globals: readonly ValueType[],
    helpers: readonly { params: readonly ValueType[]; results: readonly ValueType[] }[],
  ) {
    this.random = random;
    this.params = params;
    this.results = results;
    this.locals = locals;
    this.globals = globals;
    this.helpers = helpers;
    this.blocks = [results];
  }

  function(): TestFunction {
    this.statements(3 + this.random.below(4), 3);
    for (const type of this.results) this.expression(type, 3);
    return {
      params: this.params,
      results: this.results,
      locals: this.locals,
      code: this.code.view().slice(),
    };
  }

  private statements(n: number, depth: number): void {
    for (let i = 0; i < n && this.budget > 0; i++) this.statement(depth);
  }

  private statement(depth: number): void {
    const { random, code } = this;
    this.budget--;
    const variables = [...this.params, ...this.locals];
    switch (random.below(depth > 0 ? 12 : 6)) {
      case 0:
      case 1:
      case 2: {
        const local = random.below(variables.length);
        if (variables[local] === HIDDEN) return;
        this.value(variables[local]!);
        code.u8(0x21).u32(local);
        return;
      }
      case 3:
      case 4: {
        const type = random.pick(random.chance(80) ? VARIABLE_TYPES : TYPES);
        const same = variables.flatMap((one, i) => (one === type ? [i] : []));
        this.address();
        if (same.length > 0 && random.chance(60)) code.u8(0x20).u32(random.pick(same));
        else this.value(type);
        code.u8(...STORE[type]!, 0);
        return;
      }
      case 5: {
        const global = random.below(this.globals.length);
        this.expression(this.globals[global]!, 3);
        code.u8(0x24).u32(global);
        return;
      }
      case 6:
      case 7: {
        this.expression(I32, 2);
        code.u8(0x04, 0x40);
        this.blocks.push([]);
        this.statements(1 + random.below(3), depth - 1);
        if (random.chance(50)) {
          code.u8(0x05);
          this.statements(1 + random.below(3), depth - 1);
        }
        this.blocks.pop();
        code.u8(0x0b);
        return;
      }
      case 8:
      case 9: {
        // A counter of its own bounds the loop, tested at its top or at its bottom.
        const counter = this.params.length + this.locals.push(I32) - 1;
        const isTopTested = random.chance(50);
        code.u8(0x41, 1 + random.below(3), 0x21).u32(counter);
        if (isTopTested) code.u8(0x02, 0x40);
        code.u8(0x03, 0x40);
        this.blocks.push(...(isTopTested ? [[], undefined] : [undefined]));
        if (isTopTested) code.u8(0x20).u32(counter).u8(0x45, 0x0d, 1);
        this.statementsSparing(counter - this.params.length, 1 + random.below(4), depth - 1);
        code.u8(0x20).u32(counter).u8(0x41, 1, 0x6b, 0x22).u32(counter);
        code.u8(...(isTopTested ? [0x1a, 0x0c, 0, 0x0b, 0x0b] : [0x0d, 0, 0x0b]));
        this.blocks.splice(-(isTopTested ? 2 : 1));
        return;
      }
      case 10: {
        code.u8(0x02, 0x40);
        this.blocks.push([]);
        this.statements(1 + random.below(3), depth - 1);
        if (random.chance(70)) this.branch();
        this.statements(1 + random.below(3), depth - 1);
        this.blocks.pop();
        code.u8(0x0b);
        return;
      }
      default: {
        if (this.helpers.length === 0) return;
        const index = random.below(this.helpers.length);
        const { params, results } = this.helpers[index]!;
        for (const type of params) this.expression(type, 2);
        if (random.chance(50)) code.u8(0x10).u32(index + 1);
        else
          code
            .u8(0x41, index, 0x11)
            .u32(index + 1)
            .u8(0);
        for (const type of [...results].reverse()) {
          const local = variables.indexOf(type);
          if (local < 0) code.u8(0x1a);
          else code.u8(0x21).u32(local);
        }
      }
    }
  }

  /** A value of any origin: arithmetic, memory, a constant or a mixture. */
  private value(type: ValueType): void {
    const { random } = this;
    if (random.chance(25) && BY_RESULT.has(type)) this.operation(type, 1);
    else this.expression(type, random.chance(40) ? 0 : 3);
  }

  /** Statements that leave a counter alone: it has a type nobody picks meanwhile. */
  private statementsSparing(place: number, n: number, depth: number): void {
    const type = this.locals[place]!;
    this.locals[place] = HIDDEN;
    this.statements(n, depth);
    this.locals[place] = type;
  }

  /** A conditional or plain branch out of some block around, with the values it wants. */
  private branch(): void {
    const { random, code, blocks } = this;
    const depth = random.below(blocks.length);
    const results = blocks[blocks.length - 1 - depth];
    if (results === undefined) return;
    for (const type of results) this.expression(type, 2);
    if (random.chance(60)) {
      this.expression(I32, 2);
      code.u8(0x0d).u32(depth);
      for (const _ of results) code.u8(0x1a);
    } else if (random.chance(50)) {
      this.expression(I32, 2);
      code.u8(0x0e, 1).u32(depth).u32(depth);
    } else code.u8(0x0c).u32(depth);
  }

  private address(): void {
    this.expression(I32, 1);
    this.code.u8(0x41, ...[0xf0, 0x1f], 0x71);
  }

  private expression(type: ValueType, depth: number): void {
    const { random, code } = this;
    this.budget -= 0.05;
    const variables = [...this.params, ...this.locals];
    const same = variables.flatMap((one, i) => (one === type ? [i] : []));
    const choice = random.below(depth > 0 ? 20 : 4);
    if (choice < 2 && same.length > 0) {
      code.u8(0x20).u32(random.pick(same));
    } else if (choice < 2 || choice === 2) {
      this.constant(type);
    } else if (choice === 3) {
      if (depth > 0) this.address();
      else code.u8(0x41, random.below(60));
      code.u8(...LOAD[type]!, 0);
    } else if (choice === 4 && this.globals.includes(type)) {
      code.u8(0x23).u32(this.globals.indexOf(type));
    } else if (choice === 5) {
      this.expression(type, depth - 1);
      this.expression(type, depth - 1);
      this.expression(I32, depth - 1);
      code.u8(0x1b);
    } else if (choice === 6) {
      this.expression(I32, depth - 1);
      code.u8(0x04, type);
      this.blocks.push([type]);
      this.expression(type, depth - 1);
      code.u8(0x05);
      this.expression(type, depth - 1);
      this.blocks.pop();
      code.u8(0x0b);
    } else if (choice === 7 && same.length > 0) {
      this.expression(type, depth - 1);
      code.u8(0x22).u32(random.pick(same));
    } else if (choice === 8) {
      code.u8(0x02, type);
      this.blocks.push([type]);
      this.expression(type, depth - 1);
      this.expression(I32, depth - 1);
      code.u8(0x0d, 0);
      this.blocks.pop();
      code.u8(0x0b);
    } else this.operation(type, depth);
  }

  private operation(type: ValueType, depth: number): void {
    const { random, code } = this;
    const wantsFloats = isFloating(type) && random.chance(65);
    const opcode = random.pick((wantsFloats ? FLOAT_ONLY : BY_RESULT).get(type)!);
    for (const operand of opcode.pops!) this.expression(operand, depth - 1);
    if (opcode.code > 0xff) code.u8(opcode.code >> 8).u32(opcode.code & 0xff);
    else code.u8(opcode.code);
    const shape = opcode.name.split('.')[0]!;
    if (opcode.immediate === 'lane') code.u8(random.below(LANES[shape]!));
    if (opcode.immediate === 'lanes') {
      const size = random.pick([1, 4, 8]);
      for (let at = 0; at < 16; at += size) {
        const from = random.below(32 / size) * size;
        for (let k = 0; k < size; k++) code.u8(from + k);
      }
    }
  }

  private constant(type: ValueType): void {
    const { random, code } = this;
    const bits = new DataView(new ArrayBuffer(16));
    for (let at = 0; at < 16; at += 4)
      bits.setUint32(at, random.chance(70) ? random.pick(F32_BITS) : random.below(2 ** 32), true);
    const bytes = new Uint8Array(bits.buffer);
    if (type === I32) code.u8(0x41).s64(BigInt(random.below(16)));
    else if (type === I64) code.u8(0x42).s64(BigInt(random.below(2 ** 32)) << BigInt(random.below(32)));
    else if (type === F32) code.u8(0x43).raw(bytes.subarray(0, 4));
    else if (type === F64) code.u8(0x44).raw(bytes.subarray(0, 8));
    else if (random.chance(40)) code.u8(0xfd, 0x0c).raw(new Uint8Array(16));
    else code.u8(0xfd, 0x0c).raw(bytes);
  }
}
