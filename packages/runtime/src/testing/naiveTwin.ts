import { BYTES_PER_FUEL_SHIFT } from '../rewrite/costs.ts';
import { makeCanonical } from '../rewrite/emit.ts';
import { decodeModule } from '../wasm/decode.ts';
import { decodeBody } from '../wasm/decodeBody.ts';
import { OPCODES } from '../wasm/opcodes.ts';
import { F32, F64, I32, I64, V128 } from '../wasm/types.ts';
import { Writer } from '../wasm/writer.ts';

/** Instructions that charge for the length on top, and by what shift. */
const LENGTHS = new Map([
  [0xfc08, BYTES_PER_FUEL_SHIFT],
  [0xfc0a, BYTES_PER_FUEL_SHIFT],
  [0xfc0b, BYTES_PER_FUEL_SHIFT],
  [0xfc0c, 0n],
  [0xfc0e, 0n],
  [0xfc11, 0n],
]);

/**
 * The slow, obvious twin of the rewriter: every arithmetic result is made canonical at once, and every
 * instruction counts itself before it runs. Exports its count as "count" beside what the module exports.
 */
export function naiveTwin(wasm: Uint8Array): Uint8Array<ArrayBuffer> {
  const module = decodeModule(wasm);
  const counter = module.globals.length;
  const out = new Writer().u8(0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00);
  const appended = (id: number, count: number, tail: Uint8Array): Writer => {
    const { start, end } = module.sections.get(id) ?? { start: 0, end: 0 };
    let at = start;
    while (end > start && module.bytes[at]! >= 0x80) at++;
    return new Writer()
      .u32(count)
      .raw(module.bytes.subarray(Math.min(at + 1, end), end))
      .raw(tail);
  };
  const tails = new Map([
    [6, { count: counter + 1, tail: new Writer().u8(I64, 1, 0x42, 0, 0x0b).view() }],
    [7, { count: module.exports.size + 1, tail: new Writer().name('count').u8(3).u32(counter).view() }],
  ]);
  for (const id of [1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 10, 11]) {
    const tail = tails.get(id);
    const span = module.sections.get(id);
    if (tail !== undefined) out.section(id, appended(id, tail.count, tail.tail));
    else if (id === 10) out.section(id, bodies(wasm, counter));
    else if (span !== undefined) out.u8(id).sized(module.bytes.subarray(span.start, span.end));
  }
  return out.view().slice();
}

function bodies(wasm: Uint8Array, counter: number): Writer {
  const module = decodeModule(wasm);
  const section = new Writer().u32(module.bodies.length);
  module.bodies.forEach((body, n) => {
    const index = module.imports.length + n;
    const code = decodeBody(module, body, index);
    const params = module.types[module.functions[index]!]!.params;
    const first = params.length + body.locals.length;
    const extra: Readonly<Record<number, number>> = {
      [I32]: first,
      [F32]: first + 1,
      [F64]: first + 2,
      [V128]: first + 3,
    };
    const out = new Writer().u32(body.locals.length + 4);
    for (const type of [...body.locals, I32, F32, F64, V128]) out.u8(1, type);
    const count = (push: () => void) => {
      out.u8(0x23).u32(counter);
      push();
      out.u8(0x7c, 0x24).u32(counter);
    };
    code.codes.forEach((op, i) => {
      const opcode = OPCODES.get(op)!;
      if (opcode.fuel > 0) count(() => out.u8(0x42).s64(BigInt(opcode.fuel)));
      const shift = LENGTHS.get(op);
      if (shift !== undefined) {
        out.u8(0x22).u32(extra[I32]!);
        count(() => out.u8(0x20).u32(extra[I32]!).u8(0xad, 0x42).s64(shift).u8(0x88));
      }
      out.raw(module.bytes.subarray(code.starts[i]!, code.starts[i + 1]!));
      const type = opcode.pushes[0]!;
      if (opcode.float.out === 'nan32') makeCanonical(out, type, 32, extra[type]!);
      if (opcode.float.out === 'nan64') makeCanonical(out, type, 64, extra[type]!);
    });
    section.sized(out.view());
  });
  return section;
}
