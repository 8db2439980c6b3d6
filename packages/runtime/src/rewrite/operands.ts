import { isFloating, slotsOf, type ValueType } from '../wasm/types.ts';
import { getCanonical, localGet, localSet, makeCanonical } from './emit.ts';
import type { FloatFlow } from './floatFlow.ts';
import { afterCanonical, canonicalWidth, type FloatState, isObservedAs, RAW, SAFE } from './floatState.ts';
import type { FunctionWriter } from './functionWriter.ts';

export interface Operand {
  readonly type: ValueType;
  state: FloatState;
  /** Place of the tracked local this was read from, -1 for none: whom to blame for a mixed state. */
  readonly origin: number;
}

/** The operand stack during the walk over a function: types, what is known of their bits, and the height. */
export class Operands {
  readonly stack: Operand[] = [];
  /** Most 8-byte slots the operands took. */
  maxSlots = 0;
  private slots = 0;
  private readonly flow: FloatFlow;
  private readonly writer: FunctionWriter | undefined;

  constructor(flow: FloatFlow, writer: FunctionWriter | undefined) {
    this.flow = flow;
    this.writer = writer;
  }

  push(type: ValueType, state: FloatState = isFloating(type) ? RAW : SAFE, origin = -1): void {
    this.stack.push({ type, state, origin });
    this.slots += slotsOf(type);
    if (this.slots > this.maxSlots) this.maxSlots = this.slots;
  }

  pop(): Operand {
    const operand = this.stack.pop();
    if (operand === undefined) throw new Error('operand stack underflow in a validated function');
    this.slots -= slotsOf(operand.type);
    return operand;
  }

  top(below = 0): Operand {
    return this.stack[this.stack.length - 1 - below]!;
  }

  cutTo(height: number): void {
    while (this.stack.length > height) this.pop();
  }

  /** Makes those of the top `count` operands canonical whose bits show when read as floats of `width`. */
  observe(count: number, width: 0 | 32 | 64 = 0): void {
    this.settle(count, operand => isObservedAs(operand.state, width));
  }

  /** Makes those of the top `count` operands canonical that `wanted` picks; all are open. */
  settle(count: number, wanted: (operand: Operand) => boolean): void {
    let deepest = -1;
    for (let below = 0; below < count; below++) if (wanted(this.top(below))) deepest = below;
    if (deepest < 0) return;
    const settled = this.stack.slice(this.stack.length - 1 - deepest).map(operand => {
      if (!wanted(operand)) return { operand, width: 0 as const };
      const width = canonicalWidth(operand.state);
      if (width === 0) {
        if (operand.origin < 0 || this.writer !== undefined)
          throw new Error('a mixed float state that no variable explains');
        this.flow.blamed.add(operand.origin);
      }
      operand.state = width === 0 ? RAW : afterCanonical(width);
      return { operand, width };
    });
    const writer = this.writer;
    if (writer === undefined) return;
    if (deepest === 0) {
      const { operand, width } = settled[0]!;
      if (width === 0) return;
      const local = writer.borrow(operand.type);
      makeCanonical(writer.block, operand.type, width, local);
      writer.giveBack(operand.type, local);
      return;
    }
    const locals = settled.map(({ operand }) => writer.borrow(operand.type));
    for (let i = locals.length - 1; i >= 0; i--) localSet(writer.block, locals[i]!);
    settled.forEach(({ operand, width }, i) => {
      if (width === 0) localGet(writer.block, locals[i]!);
      else getCanonical(writer.block, operand.type, width, locals[i]!);
      writer.giveBack(operand.type, locals[i]!);
    });
  }
}
