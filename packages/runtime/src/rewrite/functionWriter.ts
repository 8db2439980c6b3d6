import { type FunctionType, I32, I64, isFloating, slotsOf, type ValueType } from '../wasm/types.ts';
import { Writer } from '../wasm/writer.ts';
import { globalGet, globalSet, localGet, localSet, localTee } from './emit.ts';
import type { Layout } from './layout.ts';

/**
 * Collects the code of one rewritten function, basic block by basic block: a block is written once its cost
 * is known, the charge in front of it. The fuel counter is a local, checked where a loop begins anew and where
 * a function that calls others begins; the global holds it across calls.
 */
export class FunctionWriter {
  readonly layout: Layout;
  /** Code of the open basic block. */
  readonly block = new Writer();
  private readonly out = new Writer();
  private readonly added: ValueType[] = [];
  private readonly free = new Map<ValueType, number[]>();
  private readonly firstAdded: number;
  private readonly type: FunctionType;
  private readonly locals: readonly ValueType[];
  private readonly fuel: number;
  private cost = 0n;
  private isHead = false;

  constructor(layout: Layout, type: FunctionType, locals: readonly ValueType[]) {
    this.layout = layout;
    this.type = type;
    this.locals = locals;
    this.firstAdded = type.params.length + locals.length;
    this.fuel = this.newLocal(I64);
  }

  private newLocal(type: ValueType): number {
    this.added.push(type);
    return this.firstAdded + this.added.length - 1;
  }

  /** A local of the writer's own; hand it back with `giveBack` once its value is not needed. */
  borrow(type: ValueType): number {
    return this.free.get(type)?.pop() ?? this.newLocal(type);
  }

  giveBack(type: ValueType, local: number): void {
    const list = this.free.get(type);
    if (list === undefined) this.free.set(type, [local]);
    else list.push(local);
  }

  charge(fuel: number): void {
    this.cost += BigInt(fuel);
  }

  /** Ends the basic block: what follows may be reached from elsewhere, or not at all. */
  endBlock(): void {
    if (this.cost > 0n || this.isHead) {
      localGet(this.out, this.fuel);
      this.out.u8(0x42).s64(this.cost).u8(0x7d);
      if (this.isHead) {
        localTee(this.out, this.fuel);
        this.checkTop(this.out);
      } else localSet(this.out, this.fuel);
      this.publish(this.out);
    }
    this.out.raw(this.block.view());
    this.block.clear();
    this.cost = 0n;
    this.isHead = false;
  }

  /** Ends the basic block and writes code that belongs to none. */
  between(bytes: Uint8Array): void {
    this.endBlock();
    this.out.raw(bytes);
  }

  /** The block now open is reached again and again: fuel is checked in it. */
  markHead(): void {
    this.isHead = true;
  }

  /** Stops the program if the i64 on top, which is the fuel, is negative; the host then finds it so. */
  private checkTop(code: Writer): void {
    code.u8(0x42, 0x00, 0x53, 0x04, 0x40);
    localGet(code, this.fuel);
    globalSet(code, this.layout.fuel);
    code.u8(0x00, 0x0b);
  }

  /** Where every block is to be seen from outside, shows the fuel left. */
  private publish(code: Writer): void {
    if (!this.layout.isExact) return;
    localGet(code, this.fuel);
    globalSet(code, this.layout.fuel);
  }

  /** Charges for the length on top of the stack (i32, unsigned), shifted right; leaves it there. */
  chargeLength(shift: bigint): void {
    const length = this.borrow(I32);
    localTee(this.block, length);
    localGet(this.block, this.fuel);
    localGet(this.block, length);
    this.block.u8(0xad, 0x42).s64(shift).u8(0x88, 0x7d);
    localTee(this.block, this.fuel);
    this.checkTop(this.block);
    this.publish(this.block);
    this.giveBack(I32, length);
  }

  /** Writes a call, the fuel counter handed over and taken back. */
  call(bytes: Uint8Array): void {
    localGet(this.block, this.fuel);
    globalSet(this.block, this.layout.fuel);
    this.block.raw(bytes);
    globalGet(this.block, this.layout.fuel);
    localSet(this.block, this.fuel);
  }

  /** Slots of a frame of this function; `stack` is what its operands take at most. */
  slots(stack: number): number {
    const count = (types: readonly ValueType[]) => types.reduce((sum, type) => sum + slotsOf(type), 0);
    // One more for what `finish` borrows.
    return 1 + stack + count(this.type.params) + count(this.locals) + count(this.added);
  }

  /**
   * The finished body, without its size. `weight` is what a frame takes of the call depth, 0 for none;
   * `wrapped` says that branches leave to the function's own label, `blockType` what to wrap it in then.
   */
  finish(weight: number, wrapped: boolean, blockType: Uint8Array): Uint8Array {
    this.endBlock();
    const { fuel, depth } = this.layout;
    const whole = new Writer();
    const left = weight > 0 ? this.borrow(I32) : -1;
    const all = [...this.locals, ...this.added];
    const groups: [ValueType, number][] = [];
    for (const type of all) {
      const last = groups.at(-1);
      if (last !== undefined && last[0] === type) last[1]++;
      else groups.push([type, 1]);
    }
    whole.u32(groups.length);
    for (const [type, n] of groups) whole.u32(n).u8(type);
    if (weight > 0) {
      globalGet(whole, depth);
      whole.u8(0x41).s64(BigInt(weight)).u8(0x6b);
      localTee(whole, left);
      globalSet(whole, depth);
      localGet(whole, left);
      whole.u8(0x41, 0x00, 0x48, 0x04, 0x40, 0x00, 0x0b);
    }
    globalGet(whole, fuel);
    localSet(whole, this.fuel);
    if (wrapped) whole.u8(0x02).raw(blockType);
    whole.raw(this.out.view());
    if (wrapped) whole.u8(0x0b);
    localGet(whole, this.fuel);
    globalSet(whole, fuel);
    if (weight > 0) {
      globalGet(whole, depth);
      whole.u8(0x41).s64(BigInt(weight)).u8(0x6a);
      globalSet(whole, depth);
    }
    return whole.u8(0x0b).view();
  }
}

/** Locals whose bits the analysis follows: index of each among them, -1 for the others. */
export function trackedLocals(types: readonly ValueType[]): { places: Int32Array; count: number } {
  const places = new Int32Array(types.length).fill(-1);
  let count = 0;
  types.forEach((type, i) => {
    if (isFloating(type)) places[i] = count++;
  });
  return { places, count };
}
